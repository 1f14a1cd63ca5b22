/**
 * Goal: figures of all threads are added up, and set back together. Method: a real node's cache, and workers that tell
 * what the test says.
 */
import test from "ava";
import { zeroClientCounters } from "../../../server/counters/client-counters.ts";
import { CommandStats } from "../../../server/counters/command-stats.ts";
import { zeroGroupCounters } from "../../../server/counters/group-counters.ts";
import { Latency } from "../../../server/counters/latency.ts";
import { sumWorkerFigures, type WorkerFigures } from "../../../server/counters/thread-figures.ts";
import { figuresOf } from "../../../server/groups/group-figures.ts";
import { NodeReport } from "../../../server/observe/node-report.ts";
import { worldAt } from "../fakes.ts";
import { startRig } from "../rig.ts";

/** A report over one worker thread that has counted these figures. */
async function setUp(t: Parameters<typeof startRig>[0], told: Partial<WorkerFigures>) {
  const { node, clock } = await startRig(t);
  const asked: string[] = [];
  const counters = zeroClientCounters();
  const report = new NodeReport({
    cache: node.cache,
    clients: { all: () => [].values(), counters: { received: 2, rejected: 1 }, max: 10 },
    counters,
    stats: new CommandStats(),
    waitLatency: new Latency(),
    clientCount: () => 3,
    workers: {
      threads: [2],
      figures: async (withLines) => {
        asked.push(withLines ? "lines" : "figures");
        return { ...sumWorkerFigures([]), ...told };
      },
      reset: () => asked.push("reset"),
    },
    world: worldAt(clock.read),
    port: () => 6390,
  });
  return { report, asked, counters, clock, cache: node.cache };
}

test("what a worker has counted shows from the next time that it is asked", async (t) => {
  const zero = sumWorkerFigures([]);
  const clients = { ...zero.clients, commands: 7, connectionsReceived: 5 };
  const { report, counters, cache } = await setUp(t, {
    clients,
    groups: { scores: { ...zeroGroupCounters(), hits: 4 } },
  });
  counters.commands = 1;
  t.like(report.clientFigures, { commands: 1, connectionsReceived: 2, connectionsRejected: 1 });
  await report.gather();
  t.like(report.clientFigures, { commands: 8, connectionsReceived: 7, connectionsRejected: 1 });
  t.is(figuresOf(cache.groups.named("scores")!).hits, 4);
  t.like(report, { threads: 2, port: 6390, clients: { count: 3, max: 10 } });
});

test("lines of all threads come in the order of their ids", async (t) => {
  const { report, asked } = await setUp(t, { lines: ["id=10 b", "id=2 a"] });
  t.deepEqual(await report.clientLines(), ["id=2 a", "id=10 b"]);
  t.deepEqual(asked, ["lines"]);
});

test("operations a second are the commands between two seconds, never below zero", async (t) => {
  const { report, counters } = await setUp(t, {});
  counters.commands = 100;
  await report.countSecond();
  counters.commands = 130;
  await report.countSecond();
  t.is(report.opsPerSecond, 30);
  counters.commands = 0;
  await report.countSecond();
  t.is(report.opsPerSecond, 0);
});

test("a reset reaches every counter and every thread, in this order", async (t) => {
  const { report, counters, asked, clock } = await setUp(t, {});
  counters.commands = 5;
  clock.advance(50);
  await report.reset();
  t.like(report.clientFigures, { commands: 0, connectionsReceived: 0, connectionsRejected: 0 });
  t.deepEqual(asked, ["reset", "figures"]);
  t.is(report.uptimeMs, 50, "the time since the start is no counter");
});
