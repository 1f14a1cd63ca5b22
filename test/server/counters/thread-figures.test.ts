/**
 * Goal: sums are exact, and what they are made of can be added again.
 * Method: two workers by example.
 */
import test from "ava";
import { CommandStats } from "../../../server/counters/command-stats.ts";
import { zeroCounters } from "../../../server/counters/group-counters.ts";
import { Latency } from "../../../server/counters/latency.ts";
import type { WorkerFigures } from "../../../server/counters/thread-figures.ts";
import { addCounters, sumWorkerFigures, zeroClientFigures } from "../../../server/counters/thread-figures.ts";

function figuresOf(hits: number, waits: readonly number[], lines: readonly string[]): WorkerFigures {
  const latency = new Latency();
  for (const seconds of waits) latency.observe(seconds);
  const commands = new CommandStats();
  commands.add("get", hits, false);
  return {
    groups: { scores: { ...zeroCounters(), hits }, other: { ...zeroCounters(), hits: 1 } },
    clients: { ...zeroClientFigures(), commands: 10 * hits, connectionsReceived: 1 },
    waits: latency.state,
    commands,
    lines,
  };
}

test("every counter is the sum of the workers', as often as it is asked for", (t) => {
  const all = [figuresOf(3, [0.5, 0.25], ["id=2"]), figuresOf(4, [1], ["id=1", "id=3"])];
  for (let time = 0; time < 2; time++) {
    const { groups, clients, waits, commands, lines } = sumWorkerFigures(all);
    t.deepEqual(groups, { scores: { ...zeroCounters(), hits: 7 }, other: { ...zeroCounters(), hits: 2 } });
    t.deepEqual(clients, { ...zeroClientFigures(), commands: 70, connectionsReceived: 2 });
    t.like(new Latency(waits).snapshot(), { count: 3, sumSeconds: 1.75 });
    t.like(commands.all.get("get"), { calls: 2, micros: 7 });
    t.deepEqual(lines, ["id=2", "id=1", "id=3"]);
  }
});

test("of nobody it is zero", (t) => {
  const { groups, clients, waits, lines } = sumWorkerFigures([]);
  t.deepEqual([groups, clients, lines], [{}, zeroClientFigures(), []]);
  t.is(new Latency(waits).snapshot().count, 0);
});

test("counters are added field by field", (t) => {
  const sum = { a: 1, b: 2 };
  addCounters(sum, { a: 10, b: 20 });
  t.deepEqual(sum, { a: 11, b: 22 });
});
