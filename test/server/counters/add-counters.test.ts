/** Goal: counters add up by name. Method: two small ones. */
import test from "ava";
import { addCounters } from "../../../server/counters/add-counters.ts";

test("counters are added field by field, and only the sum changes", (t) => {
  const sum = { a: 1, b: 2 };
  const counters = { b: 20, a: 10 };
  addCounters(sum, counters);
  t.deepEqual(sum, { a: 11, b: 22 });
  t.deepEqual(counters, { b: 20, a: 10 });
});
