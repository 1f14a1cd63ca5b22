/**
 * Goal: the statistics of commands add up, over threads too, and a script cannot make them grow.
 * Method: counts of two threads.
 */
import test from "ava";
import { CommandStats } from "../../../server/counters/command-stats.ts";

test("commands add up by name, and over threads", (t) => {
  const [one, two] = [new CommandStats(), new CommandStats()];
  one.general = 3;
  one.add("get", 10, undefined);
  one.add("get", 5, "ERR");
  one.reject("del", "NOPERM");
  one.reject(undefined, "ERR");
  two.general = 2;
  two.add("get", 1, undefined);
  two.addAll(structuredClone(one.counts));
  t.is(two.general, 5);
  const { latency, ...get } = two.all.get("get")!;
  t.deepEqual(get, { calls: 3, micros: 16, rejected: 0, failed: 1 });
  t.like(latency.snapshot(), { count: 3 });
  t.like(two.all.get("del"), { calls: 0, micros: 0, rejected: 1, failed: 0 });
  t.deepEqual(Object.fromEntries(two.errors), { ERR: 2, NOPERM: 1 });
  t.is(one.all.get("get")!.calls, 2, "what is taken over does not change");
  t.is(one.all.get("get")!.latency.snapshot().count, 2);
  two.reset();
  t.deepEqual([two.general, two.all.size, two.errors.size], [0, 0, 0]);
});

test("there are 128 codes of errors at most; those that are known go on being counted", (t) => {
  const stats = new CommandStats();
  for (let i = 0; i < 1000; i++) stats.addError(`CODE${i}`);
  stats.addError("CODE0");
  t.is(stats.errors.size, 128);
  t.is(stats.errors.get("CODE0"), 2);
});
