/**
 * How many tests of a room run at once: ava would begin all that are not serial in the same moment, and on a machine of
 * two cores a hundred tests would wait for each other.
 */
import test from "ava";

/** Enough for those that wait for a socket or a program. */
const AT_A_TIME = 4;
let running = 0;
const waiting: (() => void)[] = [];

test.beforeEach(async () => {
  if (running >= AT_A_TIME) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
});

test.afterEach.always(() => {
  running--;
  waiting.shift()?.();
});
