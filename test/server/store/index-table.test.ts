/**
 * Goal: the table finds every entry while it grows, and no chain grows long, whatever the hashes.
 * Method: entries under hashes that the test chooses: spread, and all the same as an adversary's.
 */
import test from "ava";
import { bucketCount, bucketOf, findEntry } from "../../../server/store/index-table.ts";
import { CHAIN, ENTRIES, EVICTIONS } from "../../../server/store/layout.ts";
import { putUnder, shardOf } from "./shards.ts";

/** No chain is longer. */
const MAX_CHAIN = 64;
const spread = (i: number) => Math.imul(i, 0x9e3779b1) | 0;

test("finds every entry while the table grows bucket by bucket", (t) => {
  const shard = shardOf(1 << 20);
  for (let i = 0; i < 3000; i++) {
    putUnder(shard, spread(i), `key ${i}`);
    t.is(bucketCount(shard), Math.max(16, i + 1));
  }
  for (let i = 0; i < 3000; i++) {
    const key = Buffer.from(`key ${i}`);
    t.not(findEntry(shard, spread(i), key, 0, key.length), 0);
    t.is(findEntry(shard, spread(i) ^ 1, key, 0, key.length), 0);
  }
});

test("keys that all collide evict each other and no other key", (t) => {
  const shard = shardOf(1 << 20);
  putUnder(shard, 6, "bystander");
  for (let i = 0; i < 1000; i++) putUnder(shard, 5, `key ${i}`);
  let length = 0;
  for (let ref = shard.words[bucketOf(shard, 5)]!; ref !== 0; ref = shard.words[ref + CHAIN]!) length++;
  t.is(length, MAX_CHAIN);
  t.is(shard.words[ENTRIES], MAX_CHAIN + 1);
  t.is(shard.counters[EVICTIONS], 1000 - MAX_CHAIN);
  t.not(findEntry(shard, 5, Buffer.from("key 999"), 0, 7), 0);
  t.not(findEntry(shard, 6, Buffer.from("bystander"), 0, 9), 0);
});
