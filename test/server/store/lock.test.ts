/**
 * Goal: one thread at a time holds the mutex, readers notice writers, and no thread waits for ever.
 * Method: one thread that plays all parts; real threads are in threads.test.ts.
 */
import test from "ava";
import { MUTEX, SEQUENCE, WAITERS } from "../../../server/store/layout.ts";
import {
  enter,
  leave,
  lock,
  ShardLockedError,
  tryLock,
  unchangedSince,
  unlock,
} from "../../../server/store/lock.ts";
import { Shard } from "../../../server/store/shard.ts";
import { shardOf } from "./shards.ts";

test("a reader notices that a writer was inside", (t) => {
  const shard = shardOf(4096);
  const before = shard.words[SEQUENCE]!;
  t.true(unchangedSince(shard, before));
  enter(shard, 3, 10);
  t.is(shard.words[MUTEX], 3);
  t.is(shard.words[SEQUENCE]! & 1, 1);
  leave(shard);
  t.is(shard.words[MUTEX], 0);
  t.false(unchangedSince(shard, before));
});

test("a thread that only reads under the mutex does not disturb readers", (t) => {
  const shard = shardOf(4096);
  const before = shard.words[SEQUENCE]!;
  lock(shard, 1, 10);
  unlock(shard);
  t.true(unchangedSince(shard, before));
});

test("a thread gives up on a mutex that stays locked, and no longer counts as waiting", (t) => {
  const shard = shardOf(4096);
  lock(shard, 1, 10);
  t.throws(() => lock(shard, 2, 10), { instanceOf: ShardLockedError });
  t.is(shard.words[WAITERS], 0);
  unlock(shard);
  t.notThrows(() => lock(shard, 2, 10));
});

test("a thread that can do without the mutex gets it only when nobody has it or waits for it", (t) => {
  const shard = shardOf(4096);
  t.true(tryLock(shard, 1));
  t.is(shard.words[MUTEX], 1);
  t.false(tryLock(shard, 2));
  unlock(shard);
  shard.words[WAITERS] = 1;
  t.false(tryLock(shard, 2));
  shard.words[WAITERS] = 0;
  t.true(tryLock(shard, 2));
});

test("where no other thread is, a change locks nothing", (t) => {
  const { words, geometry } = shardOf(4096);
  const shard = new Shard(words.buffer as SharedArrayBuffer, geometry, true);
  lock(shard, 7, 10);
  t.notThrows(() => enter(shard, 1, 10));
  leave(shard);
  t.is(words[MUTEX], 7);
  t.is(words[SEQUENCE], 0);
});
