/**
 * The servers under measurement, as processes, and what they cost.
 *
 * Owns starting, filling, the CPU time of a process (user and system, from /proc/PID/stat, in steps of 10 ms) and the
 * load: redis-benchmark, one process, 50 connections. Everything started here is ended here, by pid.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Clock ticks a second, as `getconf CLK_TCK` has it on every Linux that Node runs on. */
const TICKS = 100;

export interface ServerProcess {
  readonly name: string;
  readonly port: number;
  readonly child: ChildProcess;
}

const started: ChildProcess[] = [];

/** Ends every server. */
export function stopAll(): void {
  for (const child of started.splice(0)) child.kill("SIGKILL");
}

/** CPU time that a process has used, in microseconds. */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilItAnswers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const pong = await ask(port, "PING\r\n", 7).catch(() => undefined);
    if (pong?.toString() === "+PONG\r\n") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing answers on port ${port}`);
}

/** Sends commands on one connection and resolves to the replies, once they are as long as expected. */
export function ask(port: number, commands: string | Buffer, replyBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    let length = 0;
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length < replyBytes) return;
      socket.destroy();
      resolve(Buffer.concat(chunks));
    });
    socket.write(commands);
  });
}

async function launch(
  name: string,
  port: number,
  command: string,
  args: readonly string[],
  env = {},
): Promise<ServerProcess> {
  const child = spawn(command, args, { cwd: ROOT, stdio: "ignore", env: { ...process.env, ...env } });
  started.push(child);
  await untilItAnswers(port);
  return { name, port, child };
}

/** redis-server without disks. */
export async function startRedis(): Promise<ServerProcess> {
  const port = await freePort();
  return launch("redis-server", port, "redis-server", [
    ...["--port", String(port), "--save", "", "--appendonly", "no", "--daemonize", "no"],
  ]);
}

/** carrotCache with an instant loader for every key; `node` is the program that runs it. */
export async function startCarrot(
  args: readonly string[],
  node = process.execPath,
  env = {},
): Promise<ServerProcess> {
  const port = await freePort();
  const loader = path.join(ROOT, "bench/loader.mjs");
  const group = ["--group", "default", "loader", "module", loader];
  const all = [
    "--no-warnings",
    "dist/server/cli.js",
    "--port",
    String(port),
    "--loglevel",
    "warning",
    ...group,
    ...args,
  ];
  return launch("carrotCache", port, node, all, env);
}

/** redis-benchmark's key of this number. */
export function keyOf(i: number): string {
  return `key:${String(i).padStart(12, "0")}`;
}

/** Puts entries of 100 bytes in: by SET on redis-server, by MGET (which loads them) on carrotCache. */
export async function fill({ name, port }: ServerProcess, entries: number, valueBytes = 100): Promise<void> {
  const part = 1000;
  const value = "x".repeat(valueBytes);
  for (let from = 0; from < entries; from += part) {
    const keys = Array.from({ length: Math.min(part, entries - from) }, (_, i) => keyOf(from + i));
    if (name === "redis-server") {
      const words = keys.flatMap((key) => [key, value]);
      await ask(port, command(["MSET", ...words]), 5);
    } else {
      const header =
        `*${keys.length}\r\n`.length + keys.length * (`$${valueBytes}\r\n`.length + valueBytes + 2);
      await ask(port, command(["MGET", ...keys]), header);
    }
  }
}

function command(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

/** Runs redis-benchmark once; returns the server's CPU time a request, in microseconds. */
export function measureGet(
  server: ServerProcess,
  options: { requests: number; pipeline: number; keys: number },
): number {
  const before = cpuMicroseconds(server.child.pid!);
  execFileSync("redis-benchmark", [
    ...[
      "-p",
      String(server.port),
      "-c",
      "50",
      "-P",
      String(options.pipeline),
      "-n",
      String(options.requests),
    ],
    ...["-r", String(options.keys), "-q", "GET", "key:__rand_int__"],
  ]);
  return (cpuMicroseconds(server.child.pid!) - before) / options.requests;
}

/** The middle of an odd number of figures, or the mean of the middle two. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
