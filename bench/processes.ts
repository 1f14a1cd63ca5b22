/**
 * The servers that are measured: starts and fills them, reads CPU time and memory from /proc and counters from INFO.
 *
 * Invariant: every process that is started here is ended here, by pid.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ask, type Batch, bulkBytes, command, drive, keyOf } from "./client.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Clock ticks a second, as `getconf CLK_TCK` has it on every Linux that Node runs on. */
const TICKS = 100;
const START_MS = 20_000;
/** Keys in one MGET or MSET that fills a server. */
const FILL_KEYS = 1000;

export interface ServerProcess {
  readonly name: "redis-server" | "carrotCache";
  readonly port: number;
  readonly child: ChildProcess;
}

const started = new Set<ChildProcess>();

/** Ends one server and waits until it is gone. */
export async function stop({ child }: ServerProcess): Promise<void> {
  if (!started.delete(child) || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** Ends every server, without waiting. */
export function stopAll(): void {
  for (const child of started) child.kill("SIGKILL");
  started.clear();
}

/** CPU time that all threads of a process have used, user and system, in microseconds. It grows in steps of 10,000. */
export function cpuMicroseconds({ child }: ServerProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
}

/** Resident memory of a process, in bytes. */
export function residentBytes({ child }: ServerProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024;
}

/** Asks for INFO once. The function that it returns gives the number in a field, 0 for a field that is not there. */
export async function infoOf({ port }: ServerProcess): Promise<(field: string) => number> {
  const text = await ask(port, ["INFO"]);
  const fields = Object.fromEntries(text.split("\r\n").map((line) => line.split(":")));
  return (field) => Number(fields[field] ?? 0);
}

/** A port on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** redis-server without disks. */
export async function startRedis(): Promise<ServerProcess> {
  const port = await freePort();
  const args = ["--port", String(port), "--save", "", "--appendonly", "no", "--daemonize", "no"];
  return launch("redis-server", port, "redis-server", args);
}

export interface CarrotOptions {
  /** The Node that runs the server. */
  readonly node: string;
  /** As on the command line: `["--threads", "2"]`. */
  readonly directives?: readonly string[];
  readonly port?: number;
  /** A file of this folder. */
  readonly loader?: "loader.mjs" | "sized-loader.mjs";
}

/** carrotCache with a group `default` whose loader answers at once. Directives that are not given keep their defaults. */
export async function startCarrot(options: CarrotOptions): Promise<ServerProcess> {
  const { node, directives = [], port = await freePort(), loader = "loader.mjs" } = options;
  const group = ["--group", "default", "loader", "module", path.join(ROOT, "bench", loader)];
  const common = ["dist/server/cli.js", "--port", String(port), "--loglevel", "warning"];
  return launch("carrotCache", port, node, ["--no-warnings", ...common, ...group, ...directives]);
}

async function launch(
  name: ServerProcess["name"],
  port: number,
  program: string,
  args: readonly string[],
): Promise<ServerProcess> {
  const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint = String(chunk).trim();
  });
  child.on("error", (error) => {
    complaint = error.message;
  });
  started.add(child);
  const deadline = performance.now() + START_MS;
  while ((await ask(port, ["PING"]).catch(() => "")) !== "PONG") {
    if (child.exitCode !== null || child.pid === undefined || performance.now() > deadline) {
      throw new Error(`${name} does not start: ${complaint}`);
    }
    await sleep(50);
  }
  return { name, port, child };
}

/** Fills a server with entries under the keys of `keyOf`: redis-server by MSET, carrotCache by MGET, which loads them. */
export async function fill(
  { name, port }: ServerProcess,
  entries: number,
  valueBytes = 100,
  from = 0,
): Promise<void> {
  const value = "x".repeat(valueBytes);
  const end = from + entries;
  const next = (): Batch | undefined => {
    if (from >= end) return undefined;
    const count = Math.min(FILL_KEYS, end - from);
    const keys = Array.from({ length: count }, (_, i) => keyOf(from + i));
    from += count;
    if (name === "redis-server") {
      return { commands: command(["MSET", ...keys.flatMap((key) => [key, value])]), replyBytes: 5 };
    }
    const replyBytes = `*${count}\r\n`.length + count * bulkBytes(valueBytes);
    return { commands: command(["MGET", ...keys]), replyBytes };
  };
  await drive(port, 1, next);
}

export interface GetLoad {
  readonly requests: number;
  readonly pipeline: number;
  /** redis-benchmark asks at random for keys below this number. The server must hold all of them. */
  readonly keys: number;
  /** Threads of redis-benchmark. */
  readonly clientThreads?: number;
}

/** Runs redis-benchmark with 50 connections once; returns the server's CPU time a GET, in microseconds. */
export async function measureGet(server: ServerProcess, load: GetLoad): Promise<number> {
  const { requests, pipeline, keys, clientThreads } = load;
  const before = await infoOf(server);
  const start = cpuMicroseconds(server);
  await promisify(execFile)("redis-benchmark", [
    ...["-p", String(server.port), "-c", "50", "-P", String(pipeline), "-n", String(requests)],
    ...(clientThreads === undefined ? [] : ["--threads", String(clientThreads)]),
    ...["-r", String(keys), "-q", "GET", "key:__rand_int__"],
  ]);
  const spent = cpuMicroseconds(server) - start;
  const after = await infoOf(server);
  const hits = after("keyspace_hits") - before("keyspace_hits");
  if (hits < requests || after("keyspace_misses") !== before("keyspace_misses")) {
    throw new Error(`${server.name}: ${hits} hits in ${requests} GETs of keys that are all held`);
  }
  return spent / hits;
}
