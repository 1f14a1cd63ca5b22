/**
 * A program for tests: a node with worker threads that does what a test asks over IPC.
 *
 * It starts the node as the command line does. It answers what only its process can see, and does what only its process
 * can do. Its arguments are those of `carrotcache`.
 */
import { readConf } from "../../../server/conf/read-conf.ts";
import { startServer } from "../../../server/main.ts";
import { MUTEX } from "../../../server/store/layout.ts";

/** What a test can ask, with the answer's type. */
export interface Answers {
  /** The thread that has accepted the client with this port, as soon as one has. */
  threadOf: (port: number) => Promise<"main" | "worker">;
  connected: () => number;
  /** Hits in group `item` that the main thread has answered. */
  mainHits: () => number;
  /**
   * Keeps the main thread busy until what the store of group `item` has of the key `item:free` is in this one of STATES;
   * false: it never was. The main thread runs no command meanwhile.
   */
  seesFree: (state: number) => boolean;
  /** Whether the stores go without locks, as on a node with one thread. */
  isUnlocked: () => boolean;
  /** What happens, in order, while a directive is put into force. */
  confOrder: () => Promise<string[]>;
  /** Terminates a worker, whatever it is doing; answers when it is gone. */
  terminate: (thread: number) => Promise<void>;
  /** Makes every worker throw an error that nobody catches. */
  breakWorkers: () => void;
  /** Has this thread hold every shard of group `item` and of its mirrors, as if it were reading in them. */
  hold: (thread: number) => void;
  /** How many shards are held by any thread. */
  held: () => number;
  /** Numbers of the workers that live. */
  workers: () => number[];
  /** Closes the node as the library does; then the process ends by itself, if nothing of the node is left. */
  close: () => Promise<void>;
}

export interface Question {
  readonly number: number;
  readonly what: keyof Answers;
  readonly about: number;
}

const FREE = Buffer.from("item:free");
export const STATES = ["missing", "endless", "expiring"] as const;
/** Longer than any SET takes on a busy machine. */
const BUSY_MS = 20_000;

const { node, port, close } = await startServer(readConf({ overrides: process.argv.slice(2) }));

const answers: Answers = {
  threadOf: async (clientPort) => {
    for (;;) {
      for (const { socket } of node.clients.all()) if (socket.remotePort === clientPort) return "main";
      const lines = await node.report.clientLines();
      if (lines.some((line) => line.includes(`:${clientPort} laddr=`))) return "worker";
    }
  },
  connected: () => node.report.clients.count,
  mainHits: () => node.cache.groups.named("item")!.counters.hits,
  seesFree: (wanted) => {
    const { store } = node.cache.groups.named("item")!;
    const until = performance.now() + BUSY_MS;
    while (performance.now() < until) {
      const { kind, ttlMs } = store.look(FREE);
      const state = kind !== "value" ? "missing" : ttlMs === undefined ? "endless" : "expiring";
      if (state === STATES[wanted]) return true;
    }
    return false;
  },
  isUnlocked: () => node.cache.groups.all.some(({ store }) => store.handle.isOnlyThreads),
  confOrder: async () => {
    const order: string[] = [];
    const workers = node.workers!;
    const figures = workers.figures.bind(workers);
    workers.figures = async (withLines) => {
      const answer = await figures(withLines);
      order.push("workers have answered");
      return answer;
    };
    await node.confChanged([["maxclients", "100"]]);
    order.push("in force");
    return order;
  },
  terminate: async (thread) => node.workers?.terminate(thread),
  breakWorkers: () => node.workers?.tell({ kind: "replies" } as never),
  hold: (thread) => {
    for (const words of shards()) Atomics.store(words, MUTEX, thread);
  },
  held: () => shards().filter((words) => Atomics.load(words, MUTEX) !== 0).length,
  workers: () => node.workers?.threads ?? [],
  close: async () => {
    await close();
    process.off("disconnect", onDisconnect);
    setImmediate(() => process.disconnect?.());
  },
};

function shards(): Int32Array[] {
  const { store, mirrors } = node.cache.groups.named("item")!;
  const memory = [...store.handle.memory, ...(mirrors?.handle.memory ?? [])];
  return memory.map((each) => new Int32Array(each));
}

process.on("message", async ({ number, what, about }: Question) => {
  process.send?.({ number, answer: await answers[what](about) });
});
process.on("disconnect", onDisconnect);
process.stdout.write(`ready on 127.0.0.1:${port}\n`);

/** The test is over, however it ended. */
function onDisconnect(): void {
  process.exit(1);
}
