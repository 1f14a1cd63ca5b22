/**
 * Goal: reading ahead reads the words that the look-ups will read, in an order in which the reads can overlap. It changes
 * nothing, decides nothing and survives any words.
 * Method: proxies in place of the shards' words note every word that `fetch` reads, in order; entries of a store change
 * between the reading ahead and the look-up.
 */
import test from "ava";
import { bucketOf, findEntry } from "../../../server/store/index-table.ts";
import { CHAIN, HASH, SLOT } from "../../../server/store/layout.ts";
import { MAX_AHEAD, ReadAhead } from "../../../server/store/read-ahead.ts";
import type { Shard } from "../../../server/store/shard.ts";
import { type Eviction, Store } from "../../../server/store/store.ts";
import { putUnder, shardOf } from "./shards.ts";

const LINE = 16;
const EVICTIONS: Eviction[] = ["lru", "s3fifo"];

/** The shard with a proxy for its words, which notes the places that are read. */
function noting(shard: Shard, read: number[]): Shard {
  const words = new Proxy(shard.words, {
    get(target, index) {
      if (typeof index === "string" && /^\d+$/.test(index)) read.push(Number(index));
      return Reflect.get(target, index, target);
    },
  });
  const { bucketsAt, stampsAt, isLru } = shard;
  return { ...shard, words, bucketsAt, stampsAt, isLru } as Shard;
}

/** 64 hashes with an entry each, and others, so that some buckets are split and some not. */
function fill(shard: Shard): Int32Array {
  const hashes = new Int32Array(MAX_AHEAD);
  for (let i = 0; i < MAX_AHEAD; i++) {
    hashes[i] = Math.imul(i + 1, 0x9e3779b1);
    putUnder(shard, hashes[i]!, `key ${i}`, 200);
  }
  for (let i = 0; i < 37; i++) putUnder(shard, Math.imul(i + 1000, 0x85ebca6b), `other ${i}`, 100);
  return hashes;
}

/** The entries that are the first or second in their chains: the words that their look-ups will read. */
function expectedOf(shard: Shard, hashes: Int32Array) {
  const { words } = shard;
  return [...hashes].flatMap((hash, i) => {
    const name = Buffer.from(`key ${i}`);
    const ref = findEntry(shard, hash, name, 0, name.length);
    const head = words[bucketOf(shard, hash)]!;
    if (ref !== head && ref !== words[head + CHAIN]) return [];
    return [{ head, ref, stamp: shard.stampsAt + words[ref + SLOT]! }];
  });
}

for (const eviction of EVICTIONS) {
  test(`reads what look-ups read: the first and the second entry of a chain, in split and unsplit buckets (${eviction})`, (t) => {
    const shard = shardOf(1 << 20, eviction);
    const hashes = fill(shard);
    const before = Buffer.from(shard.buffer);
    const expected = expectedOf(shard, hashes);
    // The third entry of a chain is not read ahead.
    t.true(expected.length >= 54, `${expected.length} of 64`);
    t.true(expected.some(({ head, ref }) => head !== ref));
    const read: number[] = [];
    new ReadAhead([noting(shard, read)], 0).fetch(hashes, 0, MAX_AHEAD);
    for (const { ref, stamp } of expected) {
      for (const at of [ref + HASH, ref + LINE, ref + 2 * LINE]) t.true(read.includes(at));
      if (eviction === "s3fifo") t.true(read.includes(stamp));
    }
    const isStamp = (at: number) => at >= shard.stampsAt && at < shard.arenaAt;
    if (eviction === "lru") t.false(read.some(isStamp), "the tick is written without a look");
    t.true(before.equals(shard.buffer));
  });
}

test("reads the bucket that a look-up reads, at every size of the table", (t) => {
  const shard = shardOf(1 << 20);
  const hashes = fill(shard);
  for (let i = 0; i < 128; i++) {
    putUnder(shard, Math.imul(i + 1, 0xc2b2ae35), `more ${i}`);
    const read: number[] = [];
    new ReadAhead([noting(shard, read)], 0).fetch(hashes, 0, MAX_AHEAD);
    t.true(hashes.every((hash) => read.includes(bucketOf(shard, hash))));
  }
});

test("reads the first header of every chain before it uses any of them", (t) => {
  const shard = shardOf(1 << 20);
  const hashes = fill(shard);
  const expected = expectedOf(shard, hashes);
  const read: number[] = [];
  new ReadAhead([noting(shard, read)], 0).fetch(hashes, 0, MAX_AHEAD);
  const chains = expected
    .filter(({ head, ref }) => head !== ref)
    .map(({ head }) => read.indexOf(head + CHAIN));
  const heads = expected.map(({ head }) => read.indexOf(head + HASH));
  t.true(Math.min(...chains) > Math.max(...heads));
});

test("reads ahead for a part of the hashes, each in its own shard", (t) => {
  const shards = [shardOf(1 << 18, "s3fifo"), shardOf(1 << 18, "s3fifo")];
  const hashes = Int32Array.from({ length: 200 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
  for (const [i, hash] of hashes.entries()) putUnder(shards[hash >>> 31]!, hash, `key ${i}`, 100);
  const read: number[][] = [[], []];
  const [from, to] = [130, 130 + MAX_AHEAD];
  new ReadAhead(
    shards.map((shard, i) => noting(shard, read[i]!)),
    31,
  ).fetch(hashes, from, to);
  for (let i = from; i < to; i++) {
    const shard = shards[hashes[i]! >>> 31]!;
    const head = shard.words[bucketOf(shard, hashes[i]!)]!;
    t.true(read[hashes[i]! >>> 31]!.includes(head + HASH));
  }
});

for (const eviction of EVICTIONS) {
  test(`survives any words in the shard (${eviction})`, (t) => {
    const shard = shardOf(1 << 16, eviction);
    let state = 7;
    for (let i = 0; i < shard.words.length; i++)
      shard.words[i] = state = Math.imul(state, 1664525) + 1013904223;
    const hashes = Int32Array.from({ length: 64 }, (_, i) => Math.imul(i, 0x9e3779b1));
    const ahead = new ReadAhead([shard], 0);
    t.notThrows(() => ahead.fetch(hashes, 0, 64));
    t.true(Number.isInteger(ahead.seen));
  });

  test(`look-ups are right although entries go, change, expire and move after reading ahead (${eviction})`, (t) => {
    let now = 0;
    const store = new Store({ maxBytes: 64 << 10, eviction, clock: () => now, seed: 1 });
    const names = Array.from({ length: MAX_AHEAD }, (_, i) => Buffer.from(`key ${i}`));
    const hashes = Int32Array.from(names, (name) => store.hashOf(name, 0, name.length));
    for (const name of names) store.put(name, Buffer.alloc(200, "old"), 1000);
    const ask = (change: () => void) => {
      store.readAhead(hashes, 0, MAX_AHEAD);
      change();
      return names.map((name) => store.get(name)?.value?.toString());
    };
    const changed = ask(() => {
      for (const [i, name] of names.entries()) {
        if (i % 3 === 0) store.delete(name);
        else store.put(name, Buffer.alloc(100 + 300 * (i % 3), `new ${i}`), 1000);
      }
    });
    for (const [i, value] of changed.entries()) {
      const expected = i % 3 === 0 ? undefined : Buffer.alloc(100 + 300 * (i % 3), `new ${i}`).toString();
      t.is(value, expected);
    }
    const movesBefore = store.figures().moves;
    const moved = ask(() => {
      for (let i = 0; i < 2000; i++) {
        // Entries in use are not evicted, so they have to move.
        store.get(names[i % MAX_AHEAD]!);
        store.put(Buffer.from(`other ${i}`), Buffer.alloc((i * 97) % 1500), undefined);
      }
    });
    t.true(store.figures().moves > movesBefore);
    t.true(moved.some((value) => value !== undefined));
    t.true(moved.every((value, i) => value === undefined || value === changed[i]));
    store.put(names[0]!, Buffer.from("last"), 1000);
    const expired = ask(() => (now += 1000));
    t.true(expired.every((value) => value === undefined));
  });
}
