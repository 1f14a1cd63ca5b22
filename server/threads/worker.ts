/**
 * The program of a worker thread: answers its clients from the shared stores, hands everything else to the main thread.
 *
 * Invariants: a worker reads the stores, and writes to them what nobody else has to hear of (worker-sets.ts); the shard in
 * which one dies is emptied. A client's commands take
 * effect in their order, on whichever thread each of them runs. Knows no loaders and no peers.
 */
import { getHeapStatistics } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { Encoded, type Reply } from "../../proto/reply.ts";
import { describeConnection } from "../clients/client-line.ts";
import type { Connection } from "../clients/connection.ts";
import { SharedCounts } from "../clients/shared-counts.ts";
import type { Command } from "../commands/command.ts";
import { NODE_COMMANDS } from "../commands/table.ts";
import { changeDirectives } from "../conf/change-directive.ts";
import { zeroClientCounters } from "../counters/client-counters.ts";
import { zeroGroupCounters } from "../counters/group-counters.ts";
import { Latency } from "../counters/latency.ts";
import type { WorkerFigures } from "../counters/worker-figures.ts";
import { Groups, type HeldGroup } from "../groups/groups.ts";
import { monotonicClock } from "../machine/clock.ts";
import { hintUntilGone } from "../machine/garbage-hint.ts";
import { pinoLevel } from "../machine/log.ts";
import { wallClock } from "../machine/wall-clock.ts";
import { realWorld } from "../machine/world.ts";
import { ThreadSessions } from "../sessions/thread-sessions.ts";
import { storedKey } from "../store/database-key.ts";
import { FreeWrites } from "../store/free-writes.ts";
import { Store, type StoreHandle } from "../store/store.ts";
import { CommandsToMain } from "./commands-to-main.ts";
import type { ClientPush, ToMain, ToWorker, WorkerGroup, WorkerStart } from "./messages.ts";
import { createThreadClients } from "./thread-clients.ts";
import { WorkerChanges } from "./worker-changes.ts";
import { createWorkerLog } from "./worker-log.ts";
import { WorkerSets, type WorkerSetsOptions } from "./worker-sets.ts";

/** The numbers by which the main thread knows commands. */
const NUMBERS = new Map(NODE_COMMANDS.map((command, number) => [command, number]));

const start = workerData as WorkerStart;
const { conf, thread } = start;
const world = realWorld(monotonicClock());
const main = parentPort!;
const tell = (message: ToMain): void => main.postMessage(message);
const log = createWorkerLog(conf.loglevel, (line) => tell({ kind: "log", line }));
const commandsToMain = new CommandsToMain((batch) =>
  main.postMessage(batch, [batch.bytes.buffer as ArrayBuffer]),
);
const groups = new Groups<HeldGroup>(
  // Taken out, because what this thread was started with lives as long as the thread: memory in it would never be given back.
  start.groups.splice(0).map(({ name, store, mirrors }) => ({
    name,
    prefix: prefixOf(name),
    store: attach(store),
    mirrors: mirrors && attach(mirrors),
    counters: zeroGroupCounters(),
  })),
);
const plain = start.freeWrites && plainOptions(start.freeWrites);
const sets = plain && new WorkerSets(plain);
const changes = plain && new WorkerChanges(plain, sets!);
const counters = zeroClientCounters();
const waitLatency = new Latency();
const counts = new SharedCounts(start.counts);
const sessions: ThreadSessions = new ThreadSessions({
  world,
  wallMs: wallClock(world.clock),
  conf,
  nextSlowId: () => counts.nextSlowId(),
  connections: () => clients.all(),
  client: (id) => clients.get(id),
  seen: (line) => tell({ kind: "seen", line }),
  denied: (denial) => tell({ kind: "denied", denial }),
});
const clients = createThreadClients({
  sessions,
  conf,
  log,
  world,
  groups,
  counters,
  waitLatency,
  thread,
  counts,
  sharesPort: true,
  missed: (key, waiter) => commandsToMain.sendMiss(key, waiter),
  sets,
  changes,
  run: runOnMain,
  // Behind the commands of this tick: the main thread must run a client's last commands before it forgets the client.
  gone: (client) => world.soon(() => tell({ kind: "gone", client })),
});

function prefixOf(name: string): Buffer {
  const { database, prefix } = conf.groups.find((group) => group.name === name)!;
  return storedKey(database, Buffer.from(prefix));
}

function plainOptions({ memory, memories }: NonNullable<WorkerStart["freeWrites"]>): WorkerSetsOptions {
  const maxValueBytes = (name: string) => conf.groups.find((group) => group.name === name)!.maxValueBytes;
  return { groups, maxValueBytes, freeWrites: new FreeWrites(memory), thread, memories };
}

function attach(handle: StoreHandle): Store {
  return new Store({ ...handle, shared: handle, clock: world.clock, thread });
}

/**
 * Has the main thread run a command. While one that may change something is under way, the client's hits go to the main
 * thread as well, so that none overtakes the change.
 */
async function runOnMain(command: Command, args: readonly Buffer[], client: Connection): Promise<Reply> {
  const isRead = command.flags.includes("readonly");
  if (!isRead) client.session.special.countChanges(1);
  const { id, protocol, session } = client;
  const sender = { id, protocol, database: session.database };
  const reply = await commandsToMain.send(NUMBERS.get(command)!, args, sender);
  if (!isRead) client.session.special.countChanges(-1);
  return reply;
}

/** Another thread's store has moved to other memory. What it has not moved yet, the main thread finds. */
function follow({ name, store, mirrors }: WorkerGroup): void {
  const group = groups.named(name)!;
  group.store.memory.follow(store);
  if (mirrors !== undefined) group.mirrors!.memory.follow(mirrors);
}

function memoryOf({ store, mirrors }: HeldGroup): SharedArrayBuffer[] {
  return [...store.handle.memory, ...(mirrors?.handle.memory ?? [])];
}

function figures(withLines: boolean): WorkerFigures {
  return {
    groups: Object.fromEntries(groups.all.map((group) => [group.name, group.counters])),
    clients: { ...counters, ...clients.figures },
    waits: waitLatency.state,
    heapBytes: getHeapStatistics().total_heap_size,
    commands: sessions.stats.counts,
    lines: withLines ? Array.from(clients.all(), describeConnection) : [],
  };
}

/** The client may have gone by now; then nobody gets it. */
function push({ client, atOnce, bytes2, bytes3 }: ClientPush): void {
  const connection = clients.get(client);
  connection?.push(new Encoded(Buffer.from(connection.protocol === 3 ? bytes3 : bytes2)), atOnce);
}

function reset(): void {
  for (const group of groups.all) Object.assign(group.counters, zeroGroupCounters());
  sessions.stats.reset();
  Object.assign(counters, zeroClientCounters());
  clients.resetFigures();
}

async function obey(message: ToWorker): Promise<void> {
  if (message.kind === "replies") {
    // First, while the replies still have their places: then each leaves with them.
    for (const each of message.pushes) push(each);
    commandsToMain.settle(message);
  } else if (message.kind === "figures")
    tell({ kind: "figures", question: message.question, figures: figures(message.withLines) });
  else if (message.kind === "reset") reset();
  else if (message.kind === "memory") {
    const before = groups.all.flatMap(memoryOf);
    message.groups.forEach(follow);
    const inUse = new Set(groups.all.flatMap(memoryOf));
    hintUntilGone(
      world,
      before.filter((memory) => !inUse.has(memory)),
    );
    if (sets !== undefined) sets.memories = message.memories;
  } else if (message.kind === "stopListening") {
    await clients.stopListening();
    tell({ kind: "figures", question: message.question, figures: figures(false) });
  } else if (message.kind === "ask")
    tell({ kind: "answer", question: message.question, answer: sessions.answer(message.about) });
  else if (message.kind === "pushes") for (const each of message.pushes) push(each);
  else if (message.kind === "conf") {
    changeDirectives(conf, message.changes);
    log.level = pinoLevel(conf.loglevel);
  } else {
    await clients.close();
    process.exit(0);
  }
}

for (const question of start.standing) sessions.answer(question);
main.on("message", obey);
clients.listen(conf.bind, start.port).then(
  () => tell({ kind: "ready" }),
  (error: Error) => {
    tell({ kind: "failed", text: error.message });
    process.exit(1);
  },
);
