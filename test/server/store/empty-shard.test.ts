/**
 * Goal: an emptied shard is as good as new, whatever state it was in; the shards of a dead thread are unlocked.
 * Method: a shard is filled, all but its first control words are scribbled over, and it is emptied and used; shards are
 * left locked as if their thread had died.
 */
import test from "ava";
import { emptyShard } from "../../../server/store/empty-shard.ts";
import { findEntry } from "../../../server/store/index-table.ts";
import {
  ENTRIES,
  EVICTIONS,
  MUTEX,
  SENTINELS_AT,
  SEQUENCE,
  USED_BYTES,
} from "../../../server/store/layout.ts";
import { Store } from "../../../server/store/store.ts";
import { putUnder, shardOf } from "./shards.ts";

test("a torn shard works again after emptyShard, and keeps its counters", (t) => {
  for (const eviction of ["lru", "s3fifo"] as const) {
    const shard = shardOf(1 << 14, eviction);
    for (let i = 0; i < 1000; i++) putUnder(shard, i * 7919, `key ${i}`, i % 100);
    const evictions = shard.counters[EVICTIONS]!;
    t.true(evictions > 0);
    shard.words.fill(-3, SENTINELS_AT);
    emptyShard(shard);
    t.is(shard.words[ENTRIES], 0);
    t.is(shard.words[USED_BYTES], 0);
    for (let i = 0; i < 1000; i++) putUnder(shard, i * 7919, `key ${i}`, i % 100);
    t.not(findEntry(shard, 999 * 7919, Buffer.from("key 999"), 0, 7), 0);
    t.is(shard.counters[EVICTIONS], evictions * 2);
  }
});

test("every shard that a dead thread held is unlocked, and no other", (t) => {
  const store = new Store({ seed: 1, maxBytes: 128 << 20, eviction: "lru", clock: () => 0, lockWaitMs: 20 });
  const shards = store.handle.memory.map((memory) => new Int32Array(memory));
  t.true(shards.length >= 4);
  const text = (key: string) => Buffer.from(key);
  const names = Array.from({ length: 200 }, (_, i) => text(`key ${i}`));
  for (const name of names) store.put(name, text("v"), undefined);
  const entries = shards.map((words) => words[ENTRIES]!);
  const [reading, writing, other] = shards as [Int32Array, Int32Array, Int32Array];
  reading[MUTEX] = 7;
  writing[MUTEX] = 7;
  writing[SEQUENCE]!++;
  other[MUTEX] = 8;
  const before = other[SEQUENCE];
  t.is(store.memory.recoverThread(7), 2);
  t.deepEqual(
    shards.map((words) => words[ENTRIES]),
    [0, 0, ...entries.slice(2)],
  );
  t.deepEqual([reading[MUTEX], writing[MUTEX], other[MUTEX]], [0, 0, 8]);
  t.deepEqual([reading[SEQUENCE]! & 1, writing[SEQUENCE]! & 1, other[SEQUENCE]], [0, 0, before]);
  t.is(store.memory.recoverThread(7), 0);
  other[MUTEX] = 0;
  for (const name of names) t.true(store.put(name, text("new"), undefined));
});
