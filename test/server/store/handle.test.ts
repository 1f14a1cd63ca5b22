/**
 * Goal: the memory of a new store has the size that its options say, and another thread can use it. Method: handles of
 * several sizes.
 */
import test from "ava";
import { newMemory, otherMemory } from "../../../server/store/handle.ts";
import { ShardMap } from "../../../server/store/shard-map.ts";

test("a cloned handle has all that another thread needs, and the same memory", (t) => {
  const handle = newMemory({ maxBytes: 1 << 20, eviction: "lru", clock: () => 5.5, seed: 7 });
  t.like(handle, { maxBytes: 1 << 20, eviction: "lru", epochMs: 5.5, seed: 7 });
  const clone = structuredClone(handle);
  new Uint8Array(handle.memory[0]!)[0] = 9;
  t.is(new Uint8Array(clone.memory[0]!)[0], 9);
});

test("a store has the most shards that each have room for four of the largest values", (t) => {
  const shards = (maxValueBytes?: number) =>
    newMemory({
      maxBytes: 128 << 20,
      eviction: "s3fifo",
      clock: () => 0,
      seed: 1,
      ...(maxValueBytes && { maxValueBytes }),
    }).memory.length;
  t.is(shards(), 4);
  t.is(shards(16 << 20), 2);
});

test("a store that no other thread will share stays one in other memory", (t) => {
  for (const isOnlyThreads of [false, true]) {
    const handle = newMemory({ maxBytes: 1 << 20, eviction: "lru", clock: () => 0, seed: 1, isOnlyThreads });
    t.is(handle.isOnlyThreads, isOnlyThreads);
    const other = otherMemory(handle, { maxBytes: 2 << 20, eviction: "lru" });
    t.is(other.isOnlyThreads, isOnlyThreads);
    t.true(new ShardMap(other).shards.every((shard) => shard.isOnlyThreads === isOnlyThreads));
  }
  t.false(newMemory({ maxBytes: 1 << 20, eviction: "lru", clock: () => 0, seed: 1 }).isOnlyThreads);
});
