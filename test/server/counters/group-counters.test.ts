/** Goal: counts begin at zero, for each group that counts. Method: two of them. */
import test from "ava";
import { zeroCounters } from "../../../server/counters/group-counters.ts";

test("every count is zero at first, and no group counts in another's", (t) => {
  const counters = zeroCounters();
  t.deepEqual(new Set(Object.values(counters)), new Set([0]));
  counters.hits++;
  t.is(zeroCounters().hits, 0);
});
