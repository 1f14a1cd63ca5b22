/**
 * Limits how many tests of a room run at once. ava begins all tests that are not serial at the same moment, and on two
 * cores a hundred tests would wait for each other. AT=n sets the limit.
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
