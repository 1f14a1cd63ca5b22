/**
 * Goal: keys asked for often are admitted, the others hardly ever, and keys that were hot long ago are forgotten. Method:
 * a fake clock and the real hash; many other keys to count the wrong admissions.
 */

import test from "ava";
import { HotKeys, leaseMs } from "../../cluster/hot-keys.ts";
import { hash } from "../server/fakes.ts";

const key = (name: string) => Buffer.from(name);

function setUp() {
  let now = 1000;
  const hot = new HotKeys({ hash, seed: 42, clock: () => now });
  const advance = (ms: number) => {
    now += ms;
  };
  const ask = (name: string, times: number) =>
    Array.from({ length: times }, () => hot.countAndTest(key(name)));
  return { hot, advance, ask };
}

test("a key is admitted the third time it is asked for", (t) => {
  t.deepEqual(setUp().ask("a", 4), [false, false, true, true]);
});

test("a key asked for less than three times in a window is not admitted", (t) => {
  const { ask, advance } = setUp();
  for (let window = 0; window < 5; window++) {
    t.deepEqual(ask("a", 1), [false]);
    advance(10_000);
  }
});

test("a hot key stays admitted over the end of a window", (t) => {
  const { ask, advance } = setUp();
  ask("a", 8);
  advance(10_000);
  t.deepEqual(ask("a", 1), [true]);
});

test("a key that was hot is forgotten after some windows without it", (t) => {
  const { ask, advance } = setUp();
  ask("a", 300);
  advance(80_000);
  t.deepEqual(ask("a", 2), [false, false]);
});

test("ten thousand keys asked for once admit fewer than one in a hundred of each other", (t) => {
  const { hot } = setUp();
  let admitted = 0;
  for (let i = 0; i < 10_000; i++) if (hot.countAndTest(key(`cold:${i}`))) admitted++;
  t.true(admitted < 100, `${admitted} admitted`);
});

test("a flood of different keys within one window hardly admits any of them", (t) => {
  const { hot } = setUp();
  let admitted = 0;
  for (let i = 0; i < 500_000; i++) if (hot.countAndTest(key(`flood:${i}`))) admitted++;
  t.true(admitted < 5_000, `${admitted} admitted`);
});

test("a lease is at most thirty seconds and never longer than the entry lives", (t) => {
  t.is(leaseMs(undefined), 30_000);
  t.is(leaseMs(3_600_000), 30_000);
  t.is(leaseMs(5), 5);
});
