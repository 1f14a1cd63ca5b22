/**
 * Goal: reading ahead touches the entries that the look-ups will read, changes nothing, and survives any words.
 * Method: every word that `fetch` reads is noted by proxies in place of the shards' words.
 */
import test from "ava";
import { findEntry } from "../../../server/store/index-table.ts";
import { HASH } from "../../../server/store/layout.ts";
import { ReadAhead } from "../../../server/store/read-ahead.ts";
import type { Shard } from "../../../server/store/shard.ts";
import { putUnder, shardOf } from "./shards.ts";

/** The shard with words that note where they were read. */
function noting(shard: Shard, read: Set<number>): Shard {
  const words = new Proxy(shard.words, {
    get(target, index) {
      if (typeof index === "string" && /^\d+$/.test(index)) read.add(Number(index));
      return Reflect.get(target, index, target);
    },
  });
  return { ...shard, words, bucketsAt: shard.bucketsAt } as Shard;
}

test("the header of every entry is read, first or second in its chain, split bucket or not", (t) => {
  const shard = shardOf(1 << 20);
  const hashes = new Int32Array(64);
  for (let i = 0; i < 64; i++) {
    hashes[i] = Math.imul(i + 1, 0x9e3779b1);
    putUnder(shard, hashes[i]!, `key ${i}`, 100);
  }
  // More entries than these make some buckets split and some not.
  for (let i = 0; i < 37; i++) putUnder(shard, Math.imul(i + 1000, 0x85ebca6b), `other ${i}`, 100);
  const read = new Set<number>();
  const before = Buffer.from(shard.buffer);
  new ReadAhead([noting(shard, read)], 0).fetch(hashes, 0, 64);
  const refs = [...hashes].map((hash, i) =>
    findEntry(shard, hash, Buffer.from(`key ${i}`), 0, `key ${i}`.length),
  );
  t.false(refs.includes(0));
  const missed = refs.filter((ref) => !read.has(ref + HASH));
  // What lies third in its chain is not worth a third round for all.
  t.true(missed.length <= 10, `${missed.length} of 64`);
  t.true(before.equals(shard.buffer));
});

test("any words in the shard are survived", (t) => {
  const shard = shardOf(1 << 16);
  let state = 7;
  for (let i = 0; i < shard.words.length; i++)
    shard.words[i] = state = Math.imul(state, 1664525) + 1013904223;
  const hashes = Int32Array.from({ length: 64 }, (_, i) => Math.imul(i, 0x9e3779b1));
  const ahead = new ReadAhead([shard], 0);
  t.notThrows(() => ahead.fetch(hashes, 0, 64));
  t.true(Number.isInteger(ahead.seen));
});
