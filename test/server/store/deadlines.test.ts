/**
 * Goal: a lifetime that became a deadline becomes the same lifetime again.
 * Method: a clock that the test moves, started at an odd fraction.
 */
import test from "ava";
import { Deadlines } from "../../../server/store/deadlines.ts";
import { MAX_DEADLINE } from "../../../server/store/layout.ts";

const time = { ms: 1234.4375 };
const deadlines = new Deadlines(() => time.ms, time.ms);
const never = Number.POSITIVE_INFINITY;

test.serial("the time left of a lifetime is exact, and never less than 0", (t) => {
  const deadline = deadlines.after(deadlines.now(), 1500);
  time.ms += 499.5;
  t.is(deadlines.ttlMs(deadline), 1000.5);
  time.ms += 2000;
  t.is(deadlines.ttlMs(deadline), 0);
});

test.serial("an endless lifetime has no deadline", (t) => {
  t.is(deadlines.after(deadlines.now(), undefined), never);
  t.is(deadlines.ttlMs(never), undefined);
});

test.serial(
  "a lifetime of 0 is over at once, and one beyond 48 bits ends with the last deadline of 48 bits",
  (t) => {
    // Between two units of a deadline, too: a rounded one could be later than now.
    for (let i = 0; i < 8; i++) {
      time.ms += 1 / 128;
      t.true(deadlines.after(deadlines.now(), 0) <= deadlines.now());
    }
    const now = deadlines.now();
    t.true(deadlines.after(now, -1e9) >= 0);
    t.is(deadlines.after(now, 1e300), MAX_DEADLINE);
  },
);
