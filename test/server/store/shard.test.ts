/**
 * Goal: two views of one shard see the same memory, and know the policy.
 * Method: two Shards over one SharedArrayBuffer.
 */
import test from "ava";
import { geometryOf } from "../../../server/store/layout.ts";
import { Shard } from "../../../server/store/shard.ts";

test("what one view writes, another reads, as words, bytes and floats", (t) => {
  const geometry = geometryOf(1 << 14, "lru");
  const memory = new SharedArrayBuffer(geometry.totalBytes);
  const [one, other] = [new Shard(memory, geometry), new Shard(memory, geometry)];
  one.words[40] = 0x01020304;
  t.is(other.words[40], 0x01020304);
  t.deepEqual([...other.bytes.subarray(160, 164)], [4, 3, 2, 1]);
  t.is(other.view.getInt32(160, true), 0x01020304);
  t.is(other.buffer.readInt32LE(160), 0x01020304);
  one.counters[36] = 1.5;
  t.is(other.counters[36], 1.5);
});

test("s3fifo counts uses, the others order them; noeviction drops nothing", (t) => {
  const of = (eviction: "lru" | "s3fifo" | "noeviction") => {
    const geometry = geometryOf(1 << 14, eviction);
    return new Shard(new SharedArrayBuffer(geometry.totalBytes), geometry);
  };
  t.like(of("lru"), { isLru: true, evicts: true });
  t.like(of("s3fifo"), { isLru: false, evicts: true });
  t.like(of("noeviction"), { isLru: true, evicts: false });
});
