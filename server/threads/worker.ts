/**
 * The entry of a worker thread: serves clients from the shared stores and hands everything else to the main thread.
 *
 * Invariant: it only ever reads the stores, so a worker that dies leaves nothing half written. Knows neither loaders
 * nor peers.
 */
import { parentPort, workerData } from "node:worker_threads";
import { monotonicClock } from "../clock.ts";
import { describeConnection } from "../commands/client-commands.ts";
import { changeDirectives } from "../conf/change-directive.ts";
import { Groups, type HeldGroup, zeroCounters } from "../groups.ts";
import { Latency } from "../latency.ts";
import { createLog, pinoLevel } from "../log.ts";
import { Store, type StoreHandle } from "../store/store.ts";
import { ClientCounts } from "./client-counts.ts";
import { Forwarder } from "./forwarder.ts";
import type { ToMain, ToWorker, WorkerFigures, WorkerStart } from "./messages.ts";
import { createThreadClients } from "./thread-clients.ts";

const start = workerData as WorkerStart;
const { conf, thread } = start;
const clock = monotonicClock();
const log = createLog(conf.loglevel, conf.logfile);
const main = parentPort!;
const tell = (message: ToMain): void => main.postMessage(message);
const forwarder = new Forwarder((batch) => main.postMessage(batch, [batch.bytes.buffer as ArrayBuffer]));
const groups = new Groups<HeldGroup>(
  start.groups.map(({ name, store, mirrors }) => ({
    name,
    prefix: conf.groups.find((group) => group.name === name)!.prefix,
    store: attach(store),
    mirrors: mirrors && attach(mirrors),
    counters: zeroCounters(),
  })),
);
const counters = { commands: 0, outputLimitCloses: 0, protocolErrors: 0 };
const clients = createThreadClients({
  conf,
  log,
  clock,
  groups,
  counters,
  waitLatency: new Latency(),
  thread,
  counts: new ClientCounts(start.counts),
  sharesPort: true,
  run: (_command, args, { id, protocol }) => forwarder.send(args, id, protocol),
});

function attach(handle: StoreHandle): Store {
  return new Store({ ...handle, shared: handle, clock, thread });
}

function figures(): WorkerFigures {
  return {
    ...counters,
    groups: Object.fromEntries(groups.all.map((group) => [group.name, { ...group.counters }])),
    connectionsReceived: clients.counters.received,
    connectionsRejected: clients.counters.rejected,
    clients: Array.from(clients.all(), describeConnection),
  };
}

function reset(): void {
  for (const group of groups.all) Object.assign(group.counters, zeroCounters());
  Object.assign(counters, { commands: 0, outputLimitCloses: 0, protocolErrors: 0 });
  Object.assign(clients.counters, { received: 0, rejected: 0 });
}

async function obey(message: ToWorker): Promise<void> {
  if (message.kind === "replies") forwarder.settle(message);
  else if (message.kind === "figures")
    tell({ kind: "figures", question: message.question, figures: figures() });
  else if (message.kind === "reset") reset();
  else if (message.kind === "conf") {
    changeDirectives(conf, message.changes);
    log.level = pinoLevel(conf.loglevel);
  } else {
    await clients.close();
    process.exit(0);
  }
}

main.on("message", obey);
clients.listen(conf.bind, start.port).then(
  () => tell({ kind: "ready" }),
  (error: Error) => tell({ kind: "failed", text: error.message }),
);
