/**
 * Goal: a node that starts waits for its links and not for ever. Method: a sleep that counts.
 */
import test from "ava";
import { LINKING_MS, linked } from "../../../server/members/links-up.ts";

test("the wait ends with the last link, or when it has lasted long enough", async (t) => {
  let sleptMs = 0;
  const sleep = async (ms: number) => void (sleptMs += ms);
  await linked(() => false, sleep);
  t.is(sleptMs, 0);
  await linked(() => sleptMs < 20, sleep);
  t.is(sleptMs, 20);
  await linked(() => true, sleep);
  t.is(sleptMs, 20 + LINKING_MS);
});
