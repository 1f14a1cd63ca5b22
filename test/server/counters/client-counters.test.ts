/** Goal: counts begin at zero, for each who counts. Method: two of them. */
import test from "ava";
import { zeroClientCounters } from "../../../server/counters/client-counters.ts";

test("every count is zero at first, and nobody counts in another's", (t) => {
  const counters = zeroClientCounters();
  t.deepEqual(new Set(Object.values(counters)), new Set([0]));
  counters.commands++;
  t.is(zeroClientCounters().commands, 0);
});
