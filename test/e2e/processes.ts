/**
 * Real processes for the end-to-end tests: carrotCache nodes as a user starts them, and other programs.
 *
 * Owns starting, waiting for the ready line, and ending by pid. Everything a test starts here is gone when it ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Owner } from "../started-once.ts";
import { patient, until } from "../until.ts";

/** The root of the project, from `dist/test/e2e`. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
export const CLI = path.join(ROOT, "dist/server/cli.js");

/** A program under test. */
export interface Program {
  readonly child: ChildProcess;
  /** Everything it has printed, both streams. */
  output(): string;
  /** Resolves when the output matches; rejects when the program ends first. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a program, which is killed at the end of the test at the latest. `ipc`: it takes messages of the test. */
export function start(t: Owner, command: string, args: readonly string[], cwd = ROOT, ipc = false): Program {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe", ipc ? "ipc" : "ignore"] });
  let text = "";
  const changed = new Set<() => void>();
  const onText = (chunk: Buffer) => {
    text += chunk.toString("latin1");
    for (const check of changed) check();
  };
  child.stdout!.on("data", onText);
  child.stderr!.on("data", onText);
  const ended = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => {
      resolve(code ?? signal ?? "?");
      for (const check of changed) check();
    });
  });
  t.teardown(() => {
    child.kill("SIGKILL");
    return ended;
  });
  const printed = (pattern: RegExp) => {
    const found = new Promise<RegExpExecArray>((resolve, reject) => {
      const check = () => {
        const match = pattern.exec(text);
        if (match !== null) resolve(match);
        else if (child.exitCode !== null) reject(new Error(`ended (${child.exitCode}) with: ${text}`));
        else return;
        changed.delete(check);
      };
      changed.add(check);
      check();
    });
    return patient(() => `${pattern} in: ${text}`, found);
  };
  return {
    child,
    output: () => text,
    printed,
    get ended() {
      return patient(() => `the end of a program that has said: ${text}`, ended);
    },
    kill: (signal) => void child.kill(signal),
  };
}

/** A node that answers. */
export interface NodeProcess extends Program {
  readonly port: number;
  readonly peerId: string;
}

/** Starts a node and waits until it is ready. `v8`: flags for the engine. `runtime`: the Node that runs it. */
export async function startNodeProcess(
  t: Owner,
  args: readonly string[],
  peerId = "",
  v8: readonly string[] = [],
  runtime = process.execPath,
): Promise<NodeProcess> {
  const program = start(t, runtime, [...v8, CLI, ...args]);
  const ready = await program.printed(/ready on [^ ]*:(\d+)/);
  return Object.assign(program, { port: Number(ready[1]), peerId });
}

/** A directory that is removed with the test. */
export function temporaryDirectory(t: Owner): string {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The server at which the connections of all reserved ports end. */
let door: Promise<Server> | undefined;

/**
 * Reserves ports for nodes that must know a port before they listen, or return to it after a restart. The kernel chooses
 * the ports. Each is bound to one end of a connection, so that the kernel gives it to nobody else while the owner lives.
 * A node that asks for such a port by its number can still listen there.
 */
export async function reservePorts(owner: Owner, count: number): Promise<number[]> {
  door ??= openDoor();
  const { port } = (await door).address() as AddressInfo;
  const ports: number[] = [];
  while (ports.length < count) {
    const held = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.1", localPort: 0 });
    await once(held, "connect");
    held.unref();
    owner.teardown(() => void held.resetAndDestroy());
    ports.push(held.localPort!);
  }
  return ports;
}

async function openDoor(): Promise<Server> {
  const server = createServer((socket) => socket.on("error", () => {}).unref()).unref();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Whether a server can listen there. */
export async function isFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  const server = createServer();
  const listens = new Promise<boolean>((resolve) => {
    server.once("listening", () => resolve(true)).once("error", () => resolve(false));
  });
  server.listen(port, host);
  const free = await listens;
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

/** A cluster of nodes, each with a conf file of its own. */
export interface Cluster {
  readonly nodes: NodeProcess[];
  readonly directory: string;
  /** Starts the node at this place again, with the same conf and these lines. */
  restart(index: number, lines?: readonly string[]): Promise<NodeProcess>;
}

/** Starts `count` nodes by conf files that differ in their ports; `lines` are common to all. */
export async function startCluster(
  t: Owner,
  count: number,
  lines: readonly string[],
  runtime = process.execPath,
): Promise<Cluster> {
  const directory = temporaryDirectory(t);
  const ports = await reservePorts(t, 2 * count);
  const ids = ports.slice(count).map((port) => `127.0.0.1:${port}`);
  writeFileSync(path.join(directory, "common.conf"), [`peers ${ids.join(" ")}`, ...lines, ""].join("\n"), {
    mode: 0o600,
  });
  const startAt = (i: number, more: readonly string[] = []) => {
    const file = path.join(directory, `node${i}.conf`);
    const own = [`port ${ports[i]}`, `peer-port ${ports[count + i]}`, "include common.conf", ...more, ""];
    writeFileSync(file, own.join("\n"));
    return startNodeProcess(t, [file], ids[i], [], runtime);
  };
  const nodes = await Promise.all(ids.map((_, i) => startAt(i)));
  await Promise.all(nodes.map(allLinked));
  const restart = async (i: number, more: readonly string[] = []) => {
    nodes[i] = await startAt(i, more);
    await Promise.all(nodes.map(allLinked));
    return nodes[i];
  };
  return { nodes, directory, restart };
}

/** Resolves when the node's links to all members are up. */
export async function allLinked({ port }: NodeProcess): Promise<void> {
  const { Redis } = await import("ioredis");
  const client = new Redis(port, "127.0.0.1");
  try {
    await until(`the links of the node on port ${port} are up`, async () => {
      // ioredis returns a map as a list of names and values.
      const members = (await client.call("CARROT.PEERS")) as string[][];
      return members.every((fields) => fields[fields.indexOf("state") + 1] === "up");
    });
  } finally {
    client.disconnect();
  }
}
