/**
 * Goal: the sweep ends what is due and nothing else, as fast as it becomes due, within its bounds, and looks at nothing
 * while nothing is due.
 * Method: stores of one shard and of four, with a clock that the test moves; where time is the bound, each reading of the
 * clock takes a while.
 */
import test from "ava";
import { putEntry } from "../../../server/store/entries.ts";
import { ENTRIES, EXPIRATIONS, SOONEST } from "../../../server/store/layout.ts";
import { Store } from "../../../server/store/store.ts";
import { expireIn } from "../../../server/store/sweep.ts";
import { putUnder, shardOf } from "./shards.ts";

const text = (key: string) => Buffer.from(key);

/** A store of `live` entries that stay, and `due` whose time is up when `time.now` is 10. */
function storeOf({ live = 0, due = 0, maxBytes = 32 << 20 }) {
  const time = { now: 0, readingMs: 0 };
  const clock = () => {
    time.now += time.readingMs;
    return time.now;
  };
  const store = new Store({ seed: 1, maxBytes, eviction: "s3fifo", clock });
  for (let i = 0; i < live; i++) store.put(text(`live ${i}`), text("v"), i % 2 === 0 ? 1e6 : undefined);
  for (let i = 0; i < due; i++) store.put(text(`due ${i}`), text("v"), 10);
  return { store, time };
}

test("what is due goes, in all shards, and what is not stays", (t) => {
  const { store, time } = storeOf({ live: 1000, due: 1000, maxBytes: 128 << 20 });
  t.is(store.figures().shards, 4);
  t.deepEqual(store.sweep(1), { expired: 0, isBehind: false });
  time.now = 10;
  t.is(store.sweep(1, 10_000).expired, 1000);
  t.like(store.figures(), { entries: 1000, expirations: 1000, evictions: 0 });
});

test("entries that expire together go at once, however many they are", (t) => {
  const { store, time } = storeOf({ due: 100_000 });
  time.now = 10;
  t.is(store.sweep(1).expired, 100_000);
});

test("the fewer of the entries are due, the fewer are looked at in one run", (t) => {
  const { store, time } = storeOf({ live: 100_000, due: 100 });
  time.now = 10;
  const runs: number[] = [];
  while (store.figures().values > 100_000) runs.push(store.sweep(1).expired);
  t.true(runs.length > 10, `${runs.length} runs`);
  t.true(runs.length < 1100, `${runs.length} runs`);
});

test("a run ends when its time is up, says so, and the next one goes on from there", (t) => {
  const { store, time } = storeOf({ due: 10_000 });
  time.now = 10;
  time.readingMs = 0.125;
  const first = store.sweep(1);
  t.true(first.isBehind);
  t.true(first.expired > 0 && first.expired <= 8 * 128 + 64, `${first.expired} expired`);
  let expired = first.expired;
  for (let runs = 0; runs < 100 && expired < 10_000; runs++) expired += store.sweep(1).expired;
  t.is(expired, 10_000);
});

test("a store in which nothing is due is not looked at, and never behind", (t) => {
  const { store, time } = storeOf({ live: 1000 });
  const shard = shardOf(1 << 20);
  t.is(shard.counters[SOONEST], Number.POSITIVE_INFINITY);
  time.readingMs = 1;
  t.deepEqual(store.sweep(0), { expired: 0, isBehind: false });
});

test("a table that grows during a round hides no entry from the sweep", (t) => {
  const { store, time } = storeOf({ due: 1000 });
  time.now = 10;
  let expired = 0;
  for (let i = 0; expired < 1000 && i < 1000; i++) {
    time.readingMs = 0.5;
    expired += store.sweep(1).expired;
    time.readingMs = 0;
    for (let more = 0; more < 50; more++) store.put(text(`more ${i} ${more}`), text("v"), undefined);
  }
  t.is(expired, 1000);
});

test("expires what is due in a bucket, and only that", (t) => {
  const shard = shardOf(1 << 20);
  for (let i = 0; i < 40; i++) {
    const deadline = i % 2 === 0 ? 100 : Number.POSITIVE_INFINITY;
    putEntry(shard, 7, text(`key ${i}`), Buffer.alloc(3), deadline, 0);
  }
  putUnder(shard, 8, "elsewhere");
  let due = 0;
  for (let bucket = 0; bucket < 16; bucket++) {
    t.is(expireIn(shard, bucket, 99), 0);
    due += expireIn(shard, bucket, 100);
  }
  t.is(due, 20);
  t.is(shard.words[ENTRIES], 21);
  t.is(shard.counters[EXPIRATIONS], 20);
});
