/**
 * Goal: the wait for links ends with the last link, and not later than it may. Method: a sleep that counts.
 */
import test from "ava";
import { untilUp } from "../../../server/members/links-up.ts";

test("the wait ends with the last link, or when it has lasted long enough", async (t) => {
  let sleptMs = 0;
  const wait = { maxMs: 500, stepMs: 5, sleep: async (ms: number) => void (sleptMs += ms) };
  await untilUp(() => false, wait);
  t.is(sleptMs, 0);
  await untilUp(() => sleptMs < 20, wait);
  t.is(sleptMs, 20);
  await untilUp(() => true, wait);
  t.is(sleptMs, 20 + 500);
});
