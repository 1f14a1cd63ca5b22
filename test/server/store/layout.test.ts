/**
 * Goal: the areas of a shard lie side by side and hold the worst case of any limit.
 * Method: arithmetic over limits from nothing to a gigabyte.
 */
import test from "ava";
import { entryWords, geometryOf, MAX_STORE_BYTES, shardCountFor } from "../../../server/store/layout.ts";

test("areas do not overlap and hold the most and the largest entries", (t) => {
  for (const limit of [0, 1, 35, 36, 2048, 12_345, 1 << 20, 32 << 20, 1 << 30]) {
    for (const eviction of ["lru", "s3fifo", "noeviction"] as const) {
      const it = geometryOf(limit, eviction);
      const most = Math.floor(limit / (entryWords(0, 0, false) * 4 + it.shareBytes));
      t.true(it.bucketWords >= most && it.slotWords > most);
      t.is(it.bucketsAt + it.bucketWords, it.stampsAt);
      t.is(it.stampsAt + it.slotWords, it.freeAt);
      t.is(it.freeAt + it.slotWords, it.ghostsAt);
      t.is(it.ghostsAt + it.ghostWords, it.arenaAt);
      t.true((it.arenaAt + it.arenaWords) * 4 <= it.totalBytes);
      t.true(it.arenaWords * 4 >= limit);
    }
  }
});

test("an entry's words are its header, its bytes rounded up, and one more with a deadline", (t) => {
  t.is(entryWords(0, 0, false), 7);
  t.is(entryWords(3, 1, false), 8);
  t.is(entryWords(3, 2, false), 9);
  t.is(entryWords(16, 100, true), 37);
});

test("shards are a power of two, of 32 MiB or four largest values at least", (t) => {
  const MIB = 1 << 20;
  t.is(shardCountFor(2048, MIB), 1);
  t.is(shardCountFor(63 * MIB, MIB), 1);
  t.is(shardCountFor(64 * MIB, MIB), 2);
  t.is(shardCountFor(1024 * MIB, 8 * MIB), 32);
  t.is(shardCountFor(1024 * MIB, 64 * MIB), 4);
  t.is(shardCountFor(2 ** 40, MIB), 256);
});

test("no shard is larger than its words can count and one buffer can hold, whatever the values' size", (t) => {
  const GIB = 2 ** 30;
  for (const maxBytes of [3 * GIB, 20 * GIB, 100 * GIB, MAX_STORE_BYTES]) {
    for (const valueBytes of [1, 8 << 20, 2 ** 29]) {
      const shardBytes = Math.floor(maxBytes / shardCountFor(maxBytes, valueBytes));
      t.true(shardBytes < 2 ** 31);
      for (const eviction of ["lru", "s3fifo", "noeviction"] as const) {
        t.true(geometryOf(shardBytes, eviction).totalBytes < 2 ** 32);
      }
    }
  }
  t.is(shardCountFor(20 * GIB, 2 ** 29), 32, "room for one of the largest values is left");
});
