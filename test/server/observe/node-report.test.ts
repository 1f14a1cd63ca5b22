/**
 * Goal: the report has the node's own figures, adds those of all threads, and sets them back together.
 * Method: nodes that have been used, one with a member that is not there; a report over workers that tell what the test says.
 */
import test from "ava";
import { zeroClientCounters } from "../../../server/counters/client-counters.ts";
import { CommandStats } from "../../../server/counters/command-stats.ts";
import { zeroGroupCounters } from "../../../server/counters/group-counters.ts";
import { Latency } from "../../../server/counters/latency.ts";
import {
  sumWorkerFigures,
  type WorkerFigures,
  zeroConnectionFigures,
} from "../../../server/counters/worker-figures.ts";
import { figuresOf } from "../../../server/groups/group-figures.ts";
import { NodeReport } from "../../../server/observe/node-report.ts";
import { worldAt } from "../fakes.ts";
import { ownHost, startRig } from "../rig.ts";

/** A report over one worker thread that has counted these figures. */
async function setUp(t: Parameters<typeof startRig>[0], told: Partial<WorkerFigures>) {
  const { node, clock } = await startRig(t);
  const asked: string[] = [];
  const counters = zeroClientCounters();
  const connections = { ...zeroConnectionFigures(), connectionsReceived: 2, connectionsRejected: 1 };
  const report = new NodeReport({
    cache: node.cache,
    clients: {
      all: () => [].values(),
      get figures() {
        return { ...connections };
      },
      resetFigures: () => Object.assign(connections, zeroConnectionFigures()),
      max: 10,
    },
    counters,
    stats: new CommandStats(),
    waitLatency: new Latency(),
    clientCount: () => 3,
    scripts: node.scripts,
    workers: {
      threads: [2],
      figures: async (withLines) => {
        asked.push(withLines ? "lines" : "figures");
        return { ...sumWorkerFigures([]), ...told };
      },
      reset: () => asked.push("reset"),
    },
    world: worldAt(clock.read),
    wallMs: () => 1_700_000_000_999,
    port: () => 6390,
  });
  return { report, asked, connections, counters, clock, cache: node.cache };
}

test("figures are the node's own, by group and by member", async (t) => {
  const host = ownHost();
  const clock = () => performance.now();
  const lines = [
    ...[`bind ${host}`, "peer-port 10000", `peers ${host}:10000 127.0.0.1:1`, "maxclients 1"],
    ...["group scores ttl 0", "group users ttl 0"],
  ];
  const { node, ask, client } = await startRig(t, lines, { clock });
  const raw = await client();
  await raw.reply("PING\r\n", "+PONG\r\n");
  await ask(["PING"]);
  const { clients, clientFigures, waitLatency, groups, peers } = node.report;
  t.deepEqual(clients, { count: 1, max: 1 });
  t.like(clientFigures, { connectionsReceived: 2, connectionsRejected: 1, commands: 1 });
  t.is(waitLatency.snapshot().count, 0);
  t.deepEqual([...groups.keys()], ["scores", "users"]);
  t.is(groups.get("users")!.maxBytes, node.cache.groups.named("users")!.store.figures().maxBytes);
  t.is(peers.length, 1);
  t.is(peers[0]!.id, "127.0.0.1:1");
  t.not(peers[0]!.state, "up");
  t.is(peers[0]!.inFlight, 0);
});

test("a node that is alone has no members to show; waits and loads are counted", async (t) => {
  const { node, ask, clock } = await startRig(t);
  await ask(["GET", "scores:a"]);
  clock.advance(5000);
  const { uptimeMs, waitLatency, loadLatency, groups, peers } = node.report;
  t.deepEqual(peers, []);
  t.is(uptimeMs, 5000);
  t.is(waitLatency.snapshot().count, 1);
  t.is(loadLatency.snapshot().count, 1);
  t.like(groups.get("scores"), { loads: 1, misses: 1, entries: 1 });
});

test("a worker's figures show after the worker was asked", async (t) => {
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

test("the lines of CLIENT LIST of all threads are sorted by id", async (t) => {
  const { report, asked } = await setUp(t, { lines: ["id=10 b", "id=2 a"] });
  t.deepEqual(await report.clientLines(), ["id=2 a", "id=10 b"]);
  t.deepEqual(asked, ["lines"]);
});

test("rates count the commands and bytes of the last second, and are never below zero", async (t) => {
  const { report, counters, connections } = await setUp(t, {});
  counters.commands = 100;
  Object.assign(connections, { netInputBytes: 1000, netOutputBytes: 5000 });
  await report.countSecond();
  counters.commands = 130;
  Object.assign(connections, { netInputBytes: 1500, netOutputBytes: 5001 });
  await report.countSecond();
  t.deepEqual(report.rates, { commands: 30, inputBytes: 500, outputBytes: 1 });
  await report.reset();
  t.deepEqual(report.rates, { commands: 0, inputBytes: 0, outputBytes: 0 });
  counters.commands = 3;
  await report.countSecond();
  t.is(report.rates.commands, 3);
  counters.commands = 0;
  await report.countSecond();
  t.is(report.rates.commands, 0);
});

test("the peak of the memory is what any second has seen, and stays; workers' heaps are the node's own", async (t) => {
  const { report, cache } = await setUp(t, { heapBytes: 2 ** 40 });
  const { store } = cache.groups.named("scores")!;
  t.is(report.memory.used, 0);
  store.put(Buffer.from("scores:a"), Buffer.alloc(1000), undefined);
  const full = report.memory.used;
  t.true(full > 1000);
  await report.countSecond();
  store.delete(Buffer.from("scores:a"));
  t.like(report.memory, { used: 0, peak: full });
  await report.reset();
  t.is(report.memory.peak, full);
  t.true(report.memory.own > 2 ** 40);
  t.is(report.startedSeconds, 1_700_000_000);
});

test("a reset reaches every counter, then every thread, before figures are asked for", async (t) => {
  const { report, counters, asked, clock } = await setUp(t, {});
  counters.commands = 5;
  clock.advance(50);
  await report.reset();
  t.like(report.clientFigures, { commands: 0, connectionsReceived: 0, connectionsRejected: 0 });
  t.deepEqual(asked, ["reset", "figures"]);
  t.is(report.uptimeMs, 50, "the time since the start is no counter");
});
