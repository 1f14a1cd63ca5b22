/** Goal: counters begin at zero, for each group. Method: the counters of two groups. */
import test from "ava";
import { zeroGroupCounters } from "../../../server/counters/group-counters.ts";

test("every counter is zero at first, and no two groups share one", (t) => {
  const counters = zeroGroupCounters();
  t.deepEqual(new Set(Object.values(counters)), new Set([0]));
  counters.hits++;
  t.is(zeroGroupCounters().hits, 0);
});
