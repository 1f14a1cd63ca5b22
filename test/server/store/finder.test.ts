/**
 * Goal: a reader that meets torn memory neither throws, hangs nor reads outside the shard; a reader that writers keep
 * disturbing gets its value all the same; a copy has all bytes of the value and no others.
 * Method: random words all over a shard; a sequence number that the test moves.
 */
import test from "ava";
import { Finder, MISS } from "../../../server/store/finder.ts";
import { bucketOf } from "../../../server/store/index-table.ts";
import { MUTEX, SEQUENCE, SLOT, TICK } from "../../../server/store/layout.ts";
import { putUnder, shardOf } from "./shards.ts";

const finderOf = (isSoleWriter = false) =>
  new Finder({ now: () => 0, thread: 1, lockWaitMs: 20, isSoleWriter });
const viewOf = (target: Buffer) => new DataView(target.buffer, target.byteOffset, target.length);
const key = Buffer.from("key");

test("a reader neither throws nor hangs, whatever words the shard has", (t) => {
  const shard = shardOf(1 << 14);
  const finder = finderOf();
  const target = Buffer.alloc(1 << 16);
  let state = 7;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0);
  for (let round = 0; round < 300; round++) {
    for (let i = 0; i < 20; i++) putUnder(shard, i, `key ${i}`, 100);
    const some = 2 + (random() >>> 26);
    for (let i = 1; i < shard.words.length; i += 1 + (i % some)) {
      shard.words[i] = round % 2 === 0 ? random() : random() >>> 18;
    }
    shard.words[SEQUENCE] = 0;
    shard.words[MUTEX] = 0;
    for (let hash = 0; hash < 20; hash++) {
      const length = finder.find(shard, hash, key, 0, 3, true);
      if (length > 0 && length < target.length) finder.copy(target, viewOf(target), 0);
    }
    shard.words.fill(0);
    t.notThrows(() => finder.intact());
    Object.assign(shard.words, shardOf(1 << 14).words.subarray(0, shard.geometry.bucketsAt));
  }
});

test("a torn ref out of the arena is a miss, even where the words look like the entry", (t) => {
  const shard = shardOf(1 << 14);
  putUnder(shard, 1, "key", 50);
  const { words, geometry } = shard;
  const ref = words[bucketOf(shard, 1)]!;
  words.copyWithin(geometry.stampsAt + 10, ref, ref + 30);
  words[bucketOf(shard, 1)] = geometry.stampsAt + 10;
  t.is(finderOf().find(shard, 1, key, 0, 3, true), MISS);
});

test("copies values of every length to every alignment, and nothing else", (t) => {
  const shard = shardOf(1 << 20);
  const finder = finderOf();
  for (const bytes of [0, 1, 3, 4, 15, 16, 17, 63, 100, 399, 400, 401, 5000]) {
    for (let at = 0; at < 5; at++) {
      putUnder(shard, 1, "key", bytes);
      t.is(finder.find(shard, 1, key, 0, 3, true), bytes);
      const target = Buffer.alloc(bytes + 10, 1);
      finder.copy(target, viewOf(target), at);
      t.deepEqual(
        target,
        Buffer.concat([Buffer.alloc(at, 1), Buffer.alloc(bytes), Buffer.alloc(10 - at, 1)]),
      );
    }
  }
});

test("a value that writers tear again and again is copied under the mutex", (t) => {
  const shard = shardOf(1 << 20);
  putUnder(shard, 1, "key", 50);
  const finder = finderOf();
  let attempts = 0;
  do {
    t.is(finder.find(shard, 1, key, 0, 3, true), 50);
    shard.words[SEQUENCE]! += 2;
    attempts++;
  } while (!finder.intact());
  t.true(attempts > 1 && attempts < 10);
  const target = Buffer.alloc(50, 1);
  finder.copy(target, viewOf(target), 0);
  t.deepEqual(target, Buffer.alloc(50));
});

for (const isSoleWriter of [false, true]) {
  test(`a hit counts as a use, a look and a miss do not (${isSoleWriter ? "alone" : "among writers"})`, (t) => {
    const shard = shardOf(1 << 20);
    putUnder(shard, 1, "key", 50);
    const finder = finderOf(isSoleWriter);
    const { words, stampsAt } = shard;
    const slot = words[words[bucketOf(shard, 1)]! + SLOT]!;
    const before = words[TICK]!;
    t.is(finder.find(shard, 1, key, 0, 3, false), 50);
    t.is(finder.find(shard, 3, Buffer.from("other"), 0, 5, true), MISS);
    t.is(words[TICK], before);
    t.is(finder.find(shard, 1, key, 0, 3, true), 50);
    t.deepEqual([words[TICK], words[stampsAt + slot]], [before + 1, before]);
  });
}

test("after a whole copy, a reader has all its tries again", (t) => {
  const shard = shardOf(1 << 20);
  putUnder(shard, 1, "key", 50);
  const finder = finderOf();
  for (let round = 0; round < 4; round++) {
    for (let torn = 0; torn < 3; torn++) {
      t.is(finder.find(shard, 1, key, 0, 3, true), 50);
      shard.words[SEQUENCE]! += 2;
      t.false(finder.intact());
    }
    // Another thread holds the mutex, so a reader that needs it misses.
    shard.words[MUTEX] = 9;
    t.is(finder.find(shard, 1, key, 0, 3, true), 50);
    shard.words[MUTEX] = 0;
    t.true(finder.intact());
  }
});

test("a look-up in a shard whose writer never leaves is a miss", (t) => {
  const shard = shardOf(1 << 20);
  putUnder(shard, 1, "key", 50);
  shard.words[SEQUENCE]!++;
  shard.words[MUTEX] = 9;
  t.is(finderOf().find(shard, 1, key, 0, 3, true), MISS);
});

test("a sole writer reads without looking at the sequence", (t) => {
  const shard = shardOf(1 << 20);
  putUnder(shard, 1, "key", 50);
  const finder = finderOf(true);
  shard.words[SEQUENCE]!++;
  shard.words[MUTEX] = 9;
  t.is(finder.find(shard, 1, key, 0, 3, true), 50);
  shard.words[SEQUENCE]! += 2;
  t.true(finder.intact());
  t.deepEqual(finder.taken(), Buffer.alloc(50));
});

test("a value is lent while no writer can change it, and as it is then", (t) => {
  const shard = shardOf(1 << 20);
  putUnder(shard, 1, "key", 50);
  const finder = finderOf();
  const lent: number[] = [];
  const lend = () => finder.lend((value) => lent.push(value.length, shard.words[MUTEX]!));
  finder.find(shard, 1, key, 0, 3, true);
  t.true(lend());
  t.deepEqual([lent, shard.words[MUTEX]], [[50, 1], 0]);
  shard.words[MUTEX] = 9;
  t.false(lend(), "a writer is there");
  shard.words[MUTEX] = 0;
  shard.words[SEQUENCE]! += 2;
  t.false(lend(), "a writer was there");
  t.deepEqual([lent.length, shard.words[MUTEX]], [2, 0]);
  finder.find(shard, 1, key, 0, 3, true);
  const broken = () => {
    throw new Error("no memory");
  };
  t.throws(() => finder.lend(broken));
  t.is(shard.words[MUTEX], 0, "the shard is free again");
});

test("a sole writer lends without a look at mutex and sequence; a value that was copied aside is not lent", (t) => {
  const shard = shardOf(1 << 20);
  putUnder(shard, 1, "key", 50);
  const alone = finderOf(true);
  alone.find(shard, 1, key, 0, 3, true);
  shard.words[MUTEX] = 9;
  shard.words[SEQUENCE]! += 2;
  t.true(alone.lend((value) => t.is(value.length, 50)));
  t.is(shard.words[MUTEX], 9);
  alone.forget();
  t.false(alone.lend(() => t.fail("there is nothing to lend")));
});
