/**
 * One run of redis-benchmark against one server: CPU time a command, and how long clients waited.
 *
 * Invariant: a figure counts commands that were answered as they should be. redis-benchmark ends at the first error, and where
 * INFO counts what the load is about (hits, loads), the count must have risen by the number of commands, almost. Does not know
 * which servers are compared.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { cpuMicroseconds, infoOf, type ServerProcess } from "./processes.ts";

/** Commands of one kind, from 50 connections. */
export interface Load {
  /** The words; `KEY` stands for a random key below `keys`. */
  readonly command: string;
  readonly keys: number;
  readonly pipeline: number;
  readonly requests: number;
  /** Bytes of the value that is the command's last word. */
  readonly valueBytes?: number;
  /** The field of INFO that each command adds one to; asked of redis-server and carrotCache only. */
  readonly counted?: "keyspace_hits" | "loads";
  /** Threads of redis-benchmark. */
  readonly clientThreads?: number;
}

/** What one run took. */
export interface Cost {
  /** CPU microseconds of the server a command. */
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

/** So much of what is asked for must be counted: among keys drawn at random, a few that should be new are held. */
const COUNTED = 0.999;
/** The key of the number that redis-benchmark draws; client.ts has the same. */
const KEY = "key:__rand_int__";
const CONNECTIONS = 50;

export async function measure(server: ServerProcess, load: Load): Promise<Cost> {
  const before = await countOf(server, load);
  const start = cpuMicroseconds(server);
  const [, , , , p50Ms, , p99Ms, slowestMs] = await benchmark(server, load);
  const spent = cpuMicroseconds(server) - start;
  const count =
    load.counted === undefined || server.kind === "other"
      ? load.requests
      : (await countOf(server, load)) - before;
  if (count < COUNTED * load.requests) {
    throw new Error(
      `${server.name}: ${load.counted} rose by ${count} in ${load.requests} times ${load.command}`,
    );
  }
  return { cpuUs: spent / count, p50Ms: p50Ms!, p99Ms: p99Ms!, slowestMs: slowestMs! };
}

async function countOf(server: ServerProcess, { counted }: Load): Promise<number> {
  return counted === undefined || server.kind === "other" ? 0 : (await infoOf(server))(counted);
}

/** The numbers of the line that redis-benchmark prints: name, rate, then milliseconds. */
async function benchmark({ port, name }: ServerProcess, load: Load): Promise<number[]> {
  const { command, keys, pipeline, requests, valueBytes, clientThreads } = load;
  const running = promisify(execFile)("redis-benchmark", [
    ...["-p", String(port), "-c", String(CONNECTIONS), "-P", String(pipeline), "-n", String(requests)],
    ...(clientThreads === undefined ? [] : ["--threads", String(clientThreads)]),
    ...["-r", String(keys), "--csv"],
    // The value goes in by standard input: a word of the command line may have 128 KiB at most.
    ...(valueBytes === undefined ? [] : ["-x"]),
    ...command.split(" ").map((word) => (word === "KEY" ? KEY : word)),
  ]);
  // A short run may have ended before it was given anything.
  running.child.stdin!.on("error", () => {}).end(valueBytes === undefined ? "" : "x".repeat(valueBytes));
  const { stdout, stderr } = await running;
  if (/error/i.test(stderr)) throw new Error(`${name}: ${stderr.trim()}`);
  return stdout
    .trim()
    .split("\n")
    .at(-1)!
    .split(",")
    .map((cell) => Number(cell.replaceAll('"', "")));
}
