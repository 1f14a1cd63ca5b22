/**
 * Nodes with worker threads for the tests, run by a Node that lets threads share a port, and clients of a thread that
 * the test chooses.
 *
 * CARROT_NODE_NEW is the path of that Node; by default it is the Node that runs the tests. Where it is too old, the
 * tests are skipped; in CI they fail.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import type { Need } from "../../needs.ts";
import { lackOfThreads, NODE_NEW } from "../../node-new.ts";
import { type Owner, startedOnce } from "../../started-once.ts";
import { patient, until } from "../../until.ts";
import { type Origin, startOrigin } from "../origin.ts";
import { type Program, ROOT, start } from "../processes.ts";
import type { Answers, Question } from "./threaded-node.ts";

const DRIVER = fileURLToPath(new URL("./threaded-node.js", import.meta.url));

/** What every test of a node with threads needs. */
export const THREADS: Need = lackOfThreads();

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
  /** A connection on the thread `where`, on which nothing has been sent. */
  socketOn(where: Where): Promise<Socket>;
  /** Sends text to the thread `where`, and returns all that comes until the server closes; latin1. */
  talk(where: Where, text: string): Promise<string>;
}

/** A node, and the way to ask its process. */
interface Running extends Program {
  readonly port: number;
  readonly origin: Origin;
  readonly ask: ThreadedNode["ask"];
}

/** Starts a node with `threads 2` and these arguments. */
export async function startThreaded(t: Owner, args: readonly string[] = []): Promise<ThreadedNode> {
  return withClients(t, await startRunning(t, args));
}

/**
 * Called at the top of a file: one node for all tests that leave its conf and its threads as they are. Each test gets it
 * empty and without clients.
 */
export function sharedThreaded(): (t: Owner) => Promise<ThreadedNode> {
  const running = startedOnce((owner) => startRunning(owner, []));
  return async (t) => {
    const node = withClients(t, await running());
    await until("the clients of the test before have gone", async () => (await node.ask("connected")) === 0);
    node.origin.reset();
    await node.talk("main", "FLUSHALL\r\nCONFIG RESETSTAT\r\n");
    await until("the client that has flushed has gone", async () => (await node.ask("connected")) === 0);
    return node;
  };
}

async function startRunning(owner: Owner, args: readonly string[]): Promise<Running> {
  const origin = await startOrigin(owner);
  const all = [DRIVER, ...itemsFrom(origin.port), "--threads", "2", ...args];
  const program = start(owner, NODE_NEW, all, ROOT, true);
  const { child } = program;
  const ready = await program.printed(/ready on [^ ]*:(\d+)/);
  const port = Number(ready[1]);
  const waiting = new Map<number, (answer: unknown) => void>();
  child.on("message", ({ number, answer }: { number: number; answer: unknown }) => {
    waiting.get(number)?.(answer);
  });
  const ask = (what: keyof Answers, about = 0) => {
    const answer = new Promise<unknown>((resolve) => {
      const question: Question = { number: waiting.size, what, about };
      waiting.set(question.number, resolve);
      child.send(question);
    });
    return patient(() => `the node's answer to ${what}`, answer);
  };
  return Object.assign(program, { port, origin, ask: ask as ThreadedNode["ask"] });
}

/** Adds ways to connect clients to a running node. The clients end with this owner. */
function withClients(t: Owner, running: Running): ThreadedNode {
  const { port, ask } = running;
  /** Connects until the kernel has chosen the thread that is wanted. */
  const connectTo = async <Client>(
    where: Where,
    open: () => Promise<readonly [client: Client, socket: Socket]>,
    drop: (client: Client) => void,
  ): Promise<Client> => {
    let chosen: Client | undefined;
    await until(`the kernel has chosen a connection's thread: ${where}`, async () => {
      const [client, { localPort }] = await open();
      const isWanted = where === "any" || (await ask("threadOf", localPort)) === where;
      if (isWanted) chosen = client;
      else drop(client);
      return isWanted;
    });
    return chosen!;
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
  const clientOn = (where: Where) => connectTo(where, redis, (client) => client.disconnect());
  const socketOn = (where: Where) =>
    connectTo(
      where,
      () => raw(),
      (other) => other.destroy(),
    );
  // It inherits from `running`, because a copy would call the getter `ended` at once.
  return Object.assign(Object.create(running) as Running, {
    clientOn,
    clients: async () => {
      const pair: [Redis, Redis] = [await clientOn("main"), await clientOn("worker")];
      // Clients that the kernel gave to the wrong thread must have gone.
      await until("two clients are connected", async () => (await ask("connected")) === 2);
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

/** Sends text to a server, and returns all that comes until the server closes; latin1. */
export function talkTo(t: Owner, port: number, text: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  return everything(socket, text);
}

async function everything(socket: Socket, text: string): Promise<string> {
  const chunks: Buffer[] = [];
  // A server may close with bytes unread, which the client sees as a reset.
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.end(Buffer.from(text, "latin1"));
  // Not events.once, which rejects at an error.
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await patient(() => `the end of what follows ${text.slice(0, 1000)}`, closed);
  return Buffer.concat(chunks).toString("latin1");
}
