/**
 * Nodes with worker threads for the tests, run by a Node that lets threads share a port, and clients of a thread that
 * the test chooses.
 *
 * Which Node that is says CARROT_NODE_NEW; by default it is the one that runs the tests. Where it is too old, the test
 * is skipped, in so many words, and fails in CI.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { hasReusePort } from "../../server/machine/reuse-port.ts";
import { type Origin, startOrigin } from "./origin.ts";
import { type Program, ROOT, start } from "./processes.ts";
import type { Answers, Question } from "./threaded-node.ts";

const DRIVER = fileURLToPath(new URL("./threaded-node.js", import.meta.url));
const NODE_NEW = process.env.CARROT_NODE_NEW ?? process.execPath;
const VERSION = execFileSync(NODE_NEW, ["-p", "process.versions.node"], { encoding: "utf8" }).trim();

/** The Node to run, or undefined when the test is over because there is none. */
export function newNode(t: ExecutionContext): string | undefined {
  if (hasReusePort(VERSION)) return NODE_NEW;
  const why = `threads need Node 22.12 or later on Linux (CARROT_NODE_NEW), this is ${VERSION}`;
  if (process.env.CI) t.fail(why);
  else {
    t.log(`SKIPPED: ${why}`);
    t.pass();
  }
  return undefined;
}

/** The directives of a node that loads `item:KEY` from this port. */
export function itemsFrom(originPort: number): string[] {
  const loader = `item loader http http://127.0.0.1:${originPort}/items/{key}`;
  return ["--port", "0", "--group", loader, "--group", "item loader-timeout 30s"];
}

export type Where = "main" | "worker" | "any";

export interface ThreadedNode extends Program {
  readonly port: number;
  readonly origin: Origin;
  ask<What extends keyof Answers>(what: What, about?: number): Promise<Awaited<ReturnType<Answers[What]>>>;
  /** A client of ioredis on the main thread or on a worker. */
  clientOn(where: Where): Promise<Redis>;
  /** The node's first clients, one on each: the main thread, a worker. */
  clients(): Promise<[main: Redis, worker: Redis]>;
  /** The thread that takes a new connection to this host. */
  threadAt(host: string): Promise<"main" | "worker">;
  /** A connection on a thread, on which nothing has been said. */
  socketOn(where: Where): Promise<Socket>;
  /** Says something on the thread `where` and takes all that comes until the server closes; latin1. */
  talk(where: Where, text: string): Promise<string>;
}

/** Starts a node with `threads 2` and these arguments; undefined when there is no Node for it. */
export async function startThreaded(
  t: ExecutionContext,
  args: readonly string[] = [],
): Promise<ThreadedNode | undefined> {
  const program = newNode(t);
  if (program === undefined) return undefined;
  const origin = await startOrigin(t);
  const all = [DRIVER, ...itemsFrom(origin.port), "--threads", "2", ...args];
  const running = start(t, program, all, ROOT, true);
  const { child } = running;
  const ready = await running.printed(/ready on [^ ]*:(\d+)/);
  const port = Number(ready[1]);
  const waiting = new Map<number, (answer: unknown) => void>();
  child.on("message", ({ number, answer }: { number: number; answer: unknown }) => {
    waiting.get(number)?.(answer);
  });
  const ask = (what: keyof Answers, about = 0) =>
    new Promise<unknown>((resolve) => {
      const question: Question = { number: waiting.size, what, about };
      waiting.set(question.number, resolve);
      child.send(question);
    });
  /** Connects until the kernel has chosen the thread that is wanted. */
  const until = async <Client>(
    where: Where,
    open: () => Promise<readonly [client: Client, socket: Socket]>,
    drop: (client: Client) => void,
  ): Promise<Client> => {
    for (;;) {
      const [client, { localPort }] = await open();
      if (where === "any" || (await ask("threadOf", localPort)) === where) return client;
      drop(client);
    }
  };
  const redis = async () => {
    const client = new Redis(port, "127.0.0.1", { retryStrategy: null, maxRetriesPerRequest: 0 });
    client.on("error", () => {});
    t.teardown(() => client.disconnect());
    await once(client, "ready");
    return [client, client.stream as Socket] as const;
  };
  const raw = async (host = "127.0.0.1") => {
    const socket = connect({ port, host, allowHalfOpen: true });
    socket.on("error", () => {});
    t.teardown(() => socket.destroy());
    await once(socket, "connect");
    return [socket, socket] as const;
  };
  const clientOn = (where: Where) => until(where, redis, (client) => client.disconnect());
  const socketOn = (where: Where) =>
    until(
      where,
      () => raw(),
      (other) => other.destroy(),
    );
  return Object.assign(running, {
    port,
    origin,
    ask: ask as ThreadedNode["ask"],
    clientOn,
    clients: async () => {
      const pair: [Redis, Redis] = [await clientOn("main"), await clientOn("worker")];
      // Those that the kernel gave to the wrong thread.
      while ((await ask("connected")) !== 2);
      return pair;
    },
    socketOn,
    talk: async (where: Where, text: string) => everything(await socketOn(where), text),
    threadAt: async (host: string) => {
      const [socket] = await raw(host);
      return ask("threadOf", socket.localPort) as Promise<"main" | "worker">;
    },
  });
}

/** Says something to a server and takes all that comes until it closes; latin1. */
export function talkTo(t: ExecutionContext, port: number, text: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  return everything(socket, text);
}

async function everything(socket: Socket, text: string): Promise<string> {
  const chunks: Buffer[] = [];
  // A server that has enough closes with bytes unread, which shows as a reset.
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.end(Buffer.from(text, "latin1"));
  // Not events.once, which rejects at an error.
  await new Promise((resolve) => socket.once("close", resolve));
  return Buffer.concat(chunks).toString("latin1");
}
