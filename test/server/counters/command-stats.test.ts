/**
 * Goal: the statistics of commands add up, over threads too.
 * Method: counts of two threads.
 */
import test from "ava";
import { CommandStats } from "../../../server/counters/command-stats.ts";

test("commands add up by name, and over threads", (t) => {
  const [one, two] = [new CommandStats(), new CommandStats()];
  one.general = 3;
  one.add("get", 10, false);
  one.add("get", 5, true);
  one.reject("del");
  two.general = 2;
  two.add("get", 1, false);
  two.addAll(one);
  t.is(two.general, 5);
  t.deepEqual(Object.fromEntries(two.all), {
    get: { calls: 3, micros: 16, rejected: 0, failed: 1 },
    del: { calls: 0, micros: 0, rejected: 1, failed: 0 },
  });
  t.is(one.all.get("get")!.calls, 2, "what is taken over does not change");
  two.reset();
  t.deepEqual([two.general, two.all.size], [0, 0]);
});
