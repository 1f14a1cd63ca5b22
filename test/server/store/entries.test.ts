/**
 * Goal: the account of a shard is the sum of its footprints, whenever an entry is created or ended.
 * Method: puts that take each way through putEntry: new, in place, of another size, expired, refused.
 */
import test from "ava";
import { footprintOf, putEntry, removeEntry, setDeadline } from "../../../server/store/entries.ts";
import { deadlineOf } from "../../../server/store/header.ts";
import { findEntry } from "../../../server/store/index-table.ts";
import { ENTRIES, EXPIRATIONS, MAX_DEADLINE, USED_BYTES, VALUES } from "../../../server/store/layout.ts";
import { shardOf } from "./shards.ts";

const key = Buffer.from("key");
const never = Number.POSITIVE_INFINITY;

test("counts a footprint once, whichever way through putEntry an entry takes", (t) => {
  for (const eviction of ["lru", "s3fifo", "noeviction"] as const) {
    const shard = shardOf(1000, eviction);
    const put = (value: Buffer | null, deadline: number) => putEntry(shard, 1, key, value, deadline, 10);
    const check = () => {
      const ref = findEntry(shard, 1, key, 0, 3);
      t.is(shard.words[USED_BYTES], ref === 0 ? 0 : footprintOf(shard, ref));
      t.is(shard.words[ENTRIES], ref === 0 ? 0 : 1);
      return ref;
    };
    for (const value of [Buffer.alloc(5), Buffer.alloc(4), Buffer.alloc(100), null, Buffer.alloc(0)]) {
      for (const deadline of [never, 20, 11, MAX_DEADLINE, never]) {
        t.true(put(value, deadline));
        t.is(deadlineOf(shard.words, check()), deadline);
        t.is(shard.words[VALUES], value === null ? 0 : 1);
      }
    }
    t.false(put(Buffer.alloc(1000), never));
    t.not(check(), 0, "refused: what was there stays");
    put(Buffer.alloc(9), 20);
    removeEntry(shard, check());
    t.is(check(), 0);
  }
});

test("an entry that is replaced after its deadline counts as expired", (t) => {
  const shard = shardOf(1000);
  for (const bytes of [4, 4, 90]) putEntry(shard, 1, key, Buffer.alloc(bytes), 15, bytes === 90 ? 14 : 10);
  t.is(shard.counters[EXPIRATIONS], 0);
  putEntry(shard, 1, key, Buffer.alloc(90), 30, 15);
  putEntry(shard, 1, key, Buffer.alloc(4), never, 31);
  t.is(shard.counters[EXPIRATIONS], 2);
});

test("an entry that fills its shard stays when it is to get a deadline", (t) => {
  for (const eviction of ["lru", "s3fifo"] as const) {
    const shard = shardOf(1000, eviction);
    let bytes = 1000;
    while (!putEntry(shard, 1, key, Buffer.alloc(bytes), never, 0)) bytes--;
    const ref = findEntry(shard, 1, key, 0, 3);
    t.false(setDeadline(shard, ref, 20, 10));
    t.is(findEntry(shard, 1, key, 0, 3), ref);
    t.is(deadlineOf(shard.words, ref), never);
    t.is(shard.words[ENTRIES], 1);
  }
});
