/**
 * The servers that are measured: starts and fills them, reads CPU time and memory from /proc and counters from INFO.
 *
 * Invariant: every process that is started here is ended here, by pid.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ask, type Batch, bulkBytes, command, drive, keyOf } from "./client.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Clock ticks a second, as `getconf CLK_TCK` has it on every Linux that Node runs on. */
const TICKS = 100;
const START_MS = 20_000;
/** Short, because the part "start" measures how long a start takes. */
const LOOK_AGAIN_MS = 2;
/** Keys in one MGET or MSET that fills a server. */
const FILL_KEYS = 1000;
/** Bytes of values in the SETs that fill a server in one go. */
const FILL_BYTES = 2 ** 18;

export interface ServerProcess {
  /** As the table shows it. */
  readonly name: string;
  readonly kind: "redis-server" | "carrotCache" | "other";
  readonly port: number;
  readonly child: ChildProcess;
  /** From the start of the process to its answer to a PING. */
  readonly readyMs: number;
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

/**
 * CPU time that all threads of a process have used, user and system, in microseconds. Where the kernel does not count
 * nanoseconds, it grows in steps of 10,000. The time of a thread that has ended may be missing.
 */
export function cpuMicroseconds({ child }: ServerProcess): number {
  const threads = `/proc/${child.pid}/task`;
  try {
    const nanoseconds = readdirSync(threads).map((thread) =>
      Number(readFileSync(`${threads}/${thread}/schedstat`, "latin1").split(" ")[0]),
    );
    return nanoseconds.reduce((sum, count) => sum + count) / 1000;
  } catch {
    const stat = readFileSync(`/proc/${child.pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
  }
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

/** redis-server, or a program that takes its arguments, without disks. */
export async function startRedis(program = "redis-server", name = program): Promise<ServerProcess> {
  const port = await freePort();
  const args = ["--port", String(port), "--save", "", "--appendonly", "no", "--daemonize", "no"];
  return launch({ name, kind: name === "redis-server" ? "redis-server" : "other", port }, program, args);
}

/** A program that takes pogocache's arguments, on one thread. */
export async function startPogocache(program: string, name: string): Promise<ServerProcess> {
  const port = await freePort();
  return launch({ name, kind: "other", port }, program, ["-p", String(port), "--threads", "1"]);
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

/** carrotCache, as the package has it, with a group `default` whose loader answers at once. Directives that are not given keep their defaults. */
export async function startCarrot(options: CarrotOptions): Promise<ServerProcess> {
  const { node, directives = [], port = await freePort(), loader = "loader.mjs" } = options;
  const group = ["--group", "default", "loader", "module", path.join(ROOT, "bench", loader)];
  const common = ["dist/bundle/cli.js", "--port", String(port), "--loglevel", "warning"];
  const server = { name: "carrotCache", kind: "carrotCache", port } as const;
  return launch(server, node, ["--no-warnings", ...common, ...group, ...directives]);
}

async function launch(
  server: Pick<ServerProcess, "name" | "kind" | "port">,
  program: string,
  args: readonly string[],
): Promise<ServerProcess> {
  const start = performance.now();
  const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint = String(chunk).trim();
  });
  child.on("error", (error) => {
    complaint = error.message;
  });
  started.add(child);
  while ((await ask(server.port, ["PING"]).catch(() => "")) !== "PONG") {
    if (child.exitCode !== null || child.pid === undefined || performance.now() > start + START_MS) {
      throw new Error(`${server.name} does not start: ${complaint}`);
    }
    await sleep(LOOK_AGAIN_MS);
  }
  return { ...server, child, readyMs: performance.now() - start };
}

/**
 * Fills a server with entries under the keys of `keyOf`: carrotCache by MGET, which loads them with the loader's 100 bytes,
 * every other by MSET.
 */
export async function fill(
  server: ServerProcess,
  entries: number,
  valueBytes = 100,
  from = 0,
): Promise<void> {
  const { kind, port } = server;
  const value = "x".repeat(valueBytes);
  const end = from + entries;
  const next = (): Batch | undefined => {
    if (from >= end) return undefined;
    const count = Math.min(FILL_KEYS, end - from);
    const keys = Array.from({ length: count }, (_, i) => keyOf(from + i));
    from += count;
    if (kind !== "carrotCache") {
      return { commands: command(["MSET", ...keys.flatMap((key) => [key, value])]), replyBytes: 5 };
    }
    const replyBytes = `*${count}\r\n`.length + count * bulkBytes(valueBytes);
    return { commands: command(["MGET", ...keys]), replyBytes };
  };
  await drive(port, 1, next);
}

/** Writes values of this length under the first keys of `keyOf`. */
export async function fillBySet({ port }: ServerProcess, entries: number, valueBytes: number): Promise<void> {
  const value = "x".repeat(valueBytes);
  let count = 0;
  await drive(port, 1, () => {
    if (count >= entries) return undefined;
    const from = count;
    count = Math.min(entries, from + Math.ceil(FILL_BYTES / valueBytes));
    const sets = Array.from({ length: count - from }, (_, i) => command(["SET", keyOf(from + i), value]));
    return { commands: sets.join(""), replyBytes: sets.length * "+OK\r\n".length };
  });
}
