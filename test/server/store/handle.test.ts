/**
 * Goal: the memory of a new store has the size that its options say, and another thread can use it. Method: handles of
 * several sizes.
 */
import test from "ava";
import { newMemory } from "../../../server/store/handle.ts";

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
