/**
 * Goal: emptying a shard makes it as good as new, from whatever state.
 * Method: fill, scribble over everything but the first control words, empty, use.
 */
import test from "ava";
import { findEntry } from "../../../server/store/index-table.ts";
import { ENTRIES, EVICTIONS, SENTINELS_AT, USED_BYTES } from "../../../server/store/layout.ts";
import { emptyShard } from "../../../server/store/shard.ts";
import { putUnder, shardOf } from "./shards.ts";

test("a shard with torn contents is empty and works after emptyShard, its counters going on", (t) => {
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
