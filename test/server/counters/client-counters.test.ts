/** Goal: counters begin at zero, on each thread. Method: the counters of two threads. */
import test from "ava";
import { zeroClientCounters } from "../../../server/counters/client-counters.ts";

test("every counter is zero at first, and no two threads share one", (t) => {
  const counters = zeroClientCounters();
  t.deepEqual(new Set(Object.values(counters)), new Set([0]));
  counters.commands++;
  t.is(zeroClientCounters().commands, 0);
});
