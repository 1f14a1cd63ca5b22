/**
 * Goal: with `noeviction` a full store keeps what it has: it refuses what does not fit, and only what is due makes room.
 * Method: stores of a few entries and of some thousand, filled to their last byte; the memory audited after each fill.
 */
import test from "ava";
import type { Edit } from "../../../cluster/edit.ts";
import { ENTRIES, EVICTIONS, USED_BYTES } from "../../../server/store/layout.ts";
import { keepEntry } from "../../../server/store/noeviction.ts";
import { Store } from "../../../server/store/store.ts";
import { audit } from "./audit.ts";
import { shardOf } from "./shards.ts";

/** 28 bytes of header, 8 of key, 100 of value, 8 of tables, and 4 for the deadline that it may get. */
const ENTRY_BYTES = 148;
const key = (i: number) => Buffer.from(String(i).padStart(8));
const spread = (i: number) => Math.imul(i + 1, 0x9e3779b1) | 0;
const never = Number.POSITIVE_INFINITY;

function fullStore(entries: number, ttlMs?: number) {
  const time = { now: 0 };
  const store = new Store({
    seed: 1,
    maxBytes: entries * ENTRY_BYTES,
    eviction: "noeviction",
    clock: () => time.now,
  });
  for (let i = 0; i < entries; i++) store.put(key(i), Buffer.alloc(100, i), ttlMs);
  const set = (i: number, bytes: number, change: Partial<Edit> = {}) => {
    const nothing: Edit = { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: true };
    const edited = store.edit(key(i), { ...nothing, value: Buffer.alloc(bytes, 7), ...change });
    audit(store.handle);
    return edited;
  };
  return { store, time, set };
}

test("an entry that does not fit is refused and the others stay; deletes make room", (t) => {
  const { store, set } = fullStore(50);
  t.is(store.figures().usedBytes, store.handle.maxBytes);
  t.like(set(50, 0), { held: false, changed: false, noRoom: true });
  t.like(set(7, 101), { held: true, changed: false, noRoom: true, bytes: 100 });
  t.false(store.put(key(51), Buffer.alloc(0), undefined));
  for (let i = 0; i < 50; i++) t.deepEqual(store.get(key(i))?.value, Buffer.alloc(100, i));
  t.like(set(7, 96), { changed: true, noRoom: false });
  t.like(set(8, 105), { noRoom: true });
  t.like(set(8, 104), { changed: true });
  store.delete(key(9));
  store.delete(key(11));
  t.true(set(60, 248).changed, "of two holes that are apart, one");
  t.like(store.figures(), { evictions: 0, entries: 49, usedBytes: store.handle.maxBytes });
  store.clear();
  t.true(set(0, 50 * ENTRY_BYTES - 48).changed);
});

test("a put that does not fit ends the older entry of its key", (t) => {
  const { store } = fullStore(50);
  t.false(store.put(key(3), Buffer.alloc(200), undefined));
  t.is(store.get(key(3)), undefined);
  audit(store.handle);
});

test("in a full store an edit still gives, changes and takes lifetimes", (t) => {
  const { store, set } = fullStore(50);
  for (let i = 0; i < 50; i++) t.true(set(i, 0, { value: undefined, life: 500 + i }).changed);
  t.deepEqual(store.get(key(20)), { value: Buffer.alloc(100, 20), ttlMs: 520 });
  t.is(store.figures().usedBytes, store.handle.maxBytes);
  t.true(set(20, 0, { value: undefined, life: "endless" }).changed);
  t.deepEqual(store.get(key(20)), { value: Buffer.alloc(100, 20), ttlMs: undefined });
  t.is(store.figures().usedBytes, store.handle.maxBytes);
});

test("entries that are due make room, and no more of them end than are needed", (t) => {
  const { store, time, set } = fullStore(5000, 100);
  t.true(set(5000, 100).noRoom);
  time.now = 100;
  t.true(set(5000, 100).changed);
  t.true(store.figures().expirations < 100, "and not all of it");
  t.true(set(5001, 300_000).changed);
  t.true(store.figures().entries > 2000);
  t.is(store.figures().evictions, 0);
});

test("a search that meets only live entries gives up; the sweep finds the due one", (t) => {
  const { store, time, set } = fullStore(5000);
  set(7, 0, { value: undefined, life: 50 });
  time.now = 50;
  // One search visits one bucket in eighty.
  const refused = [0, 1, 2, 3].filter((i) => set(6000 + i, 100).noRoom);
  t.true(refused.length >= 3);
  store.sweep(1, 100_000);
  t.is(store.figures().expirations, 1);
  t.is(store.figures().entries, refused.length === 4 ? 4999 : 5000);
});

test("a full chain refuses an entry and drops none", (t) => {
  const shard = shardOf(1 << 20, "noeviction");
  const keep = (i: number) => keepEntry(shard, 5, key(i), Buffer.alloc(10), never, 0);
  for (let i = 0; i < 64; i++) t.true(keep(i));
  t.false(keep(64));
  t.true(keep(63), "an entry of the chain may change");
  t.is(shard.words[ENTRIES], 64);
  t.is(shard.counters[EVICTIONS], 0);
});

test("whatever fits the limit finds room in the log, however fragmented the log is", (t) => {
  for (const limit of [3000, 100_000, 2 << 20]) {
    const shard = shardOf(limit, "noeviction");
    let state = limit;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 8) % below;
    };
    for (let i = 0; i < 20_000; i++) {
      const index = random(300);
      const bytes = random(10) === 0 ? random(limit / 2) : random(limit / 100);
      const before = shard.words[USED_BYTES]!;
      const isKept = keepEntry(shard, spread(index), key(index), Buffer.alloc(bytes), never, 0);
      if (!isKept) keepEntry(shard, spread(index), key(index), null, 0, 1);
      if (before + bytes + 48 <= limit) t.true(isKept);
    }
    t.is(shard.counters[EVICTIONS], 0);
    t.true(shard.words[USED_BYTES]! <= limit);
  }
});

test("one value may take all the room that small ones leave free", (t) => {
  const limit = 16 << 20;
  const shard = shardOf(limit, "noeviction");
  const keep = (i: number, bytes: number) =>
    keepEntry(shard, spread(i), key(i), Buffer.alloc(bytes), never, 0);
  for (let i = 0; i < 35_000; i++) if (!keep(i, 0)) t.fail();
  t.true(keep(35_000, limit - shard.words[USED_BYTES]! - 48));
  t.is(shard.words[USED_BYTES], limit);
  t.is(shard.words[ENTRIES], 35_001);
});

test("no entry is dropped to reach room that is far in the log", (t) => {
  const shard = shardOf(4 << 20, "noeviction");
  let count = 0;
  while (keepEntry(shard, spread(count), key(count), Buffer.alloc(0), never, 0)) count++;
  // The newest entry is replaced again and again, until all room is behind the whole log.
  for (let i = count; i < count + 20_000; i++) {
    keepEntry(shard, spread(i - 1), key(i - 1), null, 0, 1);
    if (!keepEntry(shard, spread(i), key(i), Buffer.alloc(0), never, 1)) t.fail();
  }
  t.is(shard.words[ENTRIES], count);
  t.is(shard.counters[EVICTIONS], 0);
});
