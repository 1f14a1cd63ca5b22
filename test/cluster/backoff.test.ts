/** Goal: waits grow to a bound, differ between members, and are short again after a success. Method: given dice. */
import test from "ava";
import { Backoff } from "../../cluster/backoff.ts";

test("waits double up to five seconds, and begin anew after a success", (t) => {
  const backoff = new Backoff(() => 1);
  const waits = Array.from({ length: 8 }, () => backoff.nextMs());
  t.deepEqual(waits, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  backoff.reset();
  t.is(backoff.nextMs(), 100);
});

test("a wait is between half and all of its step", (t) => {
  t.is(new Backoff(() => 0).nextMs(), 50);
});
