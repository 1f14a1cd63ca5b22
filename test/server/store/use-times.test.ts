/**
 * Goal: few readings tell how long ago a use was: never more than the truth, and less by a small part of it at most.
 * Method: a clock of uses that advances at random, over minutes and over days.
 */
import test from "ava";
import { Store } from "../../../server/store/store.ts";
import { UseTimes } from "../../../server/store/use-times.ts";

test("a use is as old as the first reading after it", (t) => {
  const times = new UseTimes();
  times.note(1000, 10);
  times.note(2000, 20);
  times.note(3000, 20);
  times.note(4000, 30);
  t.is(times.idleMs(5000, 30), 0);
  t.is(times.idleMs(5000, 29), 1000);
  t.is(times.idleMs(5000, 20), 1000);
  t.is(times.idleMs(5000, 19), 3000);
  t.is(times.idleMs(5000, 9), 4000);
});

test("ticks may wrap", (t) => {
  const times = new UseTimes();
  times.note(1000, 2 ** 31 - 1);
  times.note(2000, -(2 ** 31) + 5);
  t.is(times.idleMs(3000, 2 ** 31 - 1), 1000);
});

test("an idle time of days is right within a fifth, and never too long", (t) => {
  const times = new UseTimes();
  const ends = 3 * 24 * 3600;
  for (let second = 1; second <= ends; second++) times.note(second * 1000, second);
  for (const ago of [1, 5, 30, 60, 600, 3600, 24 * 3600, 2 * 24 * 3600]) {
    const idle = times.idleMs(ends * 1000, ends - ago) / 1000;
    t.true(idle <= ago && idle >= ago * 0.8 - 1, `${ago} s: ${idle}`);
  }
});

test("an edit tells how long ago the entry was used before it", (t) => {
  let now = 0;
  const store = new Store({ seed: 1, maxBytes: 4096, eviction: "lru", clock: () => now });
  const idle = (isUse: boolean) =>
    store.edit(Buffer.from("a"), { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse })
      .idleMs;
  store.put(Buffer.from("a"), Buffer.from("1"), undefined);
  for (; now < 60_000; now += 1000) {
    store.put(Buffer.from("b"), Buffer.from("1"), undefined);
    store.noteUseTimes();
  }
  t.is(idle(false), 60_000);
  t.is(idle(true), 60_000);
  store.get(Buffer.from("b"));
  store.noteUseTimes();
  now += 5000;
  t.is(idle(false), 5000);
});
