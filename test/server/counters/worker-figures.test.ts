/**
 * Goal: sums are exact, and the figures that went into them can be added again.
 * Method: two workers by example.
 */
import test from "ava";
import { CommandStats } from "../../../server/counters/command-stats.ts";
import { zeroGroupCounters } from "../../../server/counters/group-counters.ts";
import { Latency } from "../../../server/counters/latency.ts";
import { sumWorkerFigures, type WorkerFigures } from "../../../server/counters/worker-figures.ts";

const { clients: noClients } = sumWorkerFigures([]);

function figuresOf(hits: number, waits: readonly number[], lines: readonly string[]): WorkerFigures {
  const latency = new Latency();
  for (const seconds of waits) latency.observe(seconds);
  const commands = new CommandStats();
  commands.add("get", hits, undefined);
  return {
    groups: { scores: { ...zeroGroupCounters(), hits }, other: { ...zeroGroupCounters(), hits: 1 } },
    clients: { ...noClients, commands: 10 * hits, connectionsReceived: 1 },
    waits: latency.state,
    heapBytes: 100 * hits,
    commands: commands.counts,
    lines,
  };
}

test("every figure is the sum of the workers' figures, as often as it is asked for", (t) => {
  const all = [figuresOf(3, [0.5, 0.25], ["id=2"]), figuresOf(4, [1], ["id=1", "id=3"])];
  for (let time = 0; time < 2; time++) {
    const { groups, clients, waits, heapBytes, commands, lines } = sumWorkerFigures(all);
    t.deepEqual(groups, {
      scores: { ...zeroGroupCounters(), hits: 7 },
      other: { ...zeroGroupCounters(), hits: 2 },
    });
    t.deepEqual(clients, { ...noClients, commands: 70, connectionsReceived: 2 });
    t.like(new Latency(waits).snapshot(), { count: 3, sumSeconds: 1.75 });
    t.like(new Map(commands.all).get("get"), { calls: 2, micros: 7 });
    t.is(heapBytes, 700);
    t.deepEqual(lines, ["id=2", "id=1", "id=3"]);
  }
});

test("the sum over no workers is zero", (t) => {
  const { groups, clients, waits, lines } = sumWorkerFigures([]);
  t.deepEqual([groups, lines, new Set(Object.values(clients))], [{}, [], new Set([0])]);
  t.is(new Latency(waits).snapshot().count, 0);
});
