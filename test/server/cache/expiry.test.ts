/**
 * Goal: slices are short, come one behind the other while much is due, and reach every store.
 * Method: groups with mirrors, on a clock whose every reading takes a while.
 */
import test from "ava";
import { EXPIRY_PAUSE_MS, Expiry } from "../../../server/cache/expiry.ts";
import { createGroup, key } from "../fakes.ts";

function groupsOf(count: number) {
  const time = { now: 0, readingMs: 0 };
  const clock = () => {
    time.now += time.readingMs;
    return time.now;
  };
  const conf = { maxBytes: 8 << 20, mirrorBytes: 4 << 20 };
  const groups = Array.from({ length: count }, (_, i) =>
    createGroup({ conf: { ...conf, name: `g${i}` }, clock }),
  );
  const held = () =>
    groups.map(({ store, mirrors }) => [store.figures().entries, mirrors!.figures().entries]);
  return { time, groups, held, expiry: new Expiry({ groups, clock }) };
}

test("one slice ends the few entries that are due in stores and mirrors", (t) => {
  const { time, groups, held, expiry } = groupsOf(3);
  for (const { store, mirrors } of groups) {
    store.put(key("a"), key("v"), 5);
    store.put(key("b"), key("v"), undefined);
    mirrors!.put(key("c"), key("v"), 5);
  }
  t.is(expiry.slice(), EXPIRY_PAUSE_MS);
  time.now = 5;
  t.is(expiry.slice(), EXPIRY_PAUSE_MS);
  t.deepEqual(held(), [
    [1, 0],
    [1, 0],
    [1, 0],
  ]);
});

test("while much is due, slices are short, follow each other soon, and stores take turns", (t) => {
  const { time, groups, held, expiry } = groupsOf(2);
  for (const { store, mirrors } of groups) {
    for (let i = 0; i < 5000; i++) {
      store.put(key(`store ${i}`), key("v"), 5);
      mirrors!.put(key(`mirror ${i}`), key("v"), 5);
    }
  }
  time.now = 5;
  time.readingMs = 0.1;
  const before = time.now;
  t.true(expiry.slice() <= 10);
  t.true(time.now - before < 2, "a slice is short");
  for (let slices = 1; slices < 4; slices++) expiry.slice();
  for (const entries of held().flat()) t.true(entries > 0 && entries < 5000, `${entries} left`);
  let slices = 0;
  while (expiry.slice() < EXPIRY_PAUSE_MS) slices++;
  t.deepEqual(held(), [
    [0, 0],
    [0, 0],
  ]);
  t.true(slices < 100, `${slices} slices`);
});
