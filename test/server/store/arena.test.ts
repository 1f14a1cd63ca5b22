/**
 * Goal: the log makes contiguous room for any entry that fits the limit, by moving if it can and by dropping if it must.
 * Method: entries of sizes that leave odd gaps, in arenas with and without slack; the audit after each.
 */
import test from "ava";
import { tableWords } from "../../../server/store/arena.ts";
import { END, EVICTIONS, MOVES } from "../../../server/store/layout.ts";
import { Store } from "../../../server/store/store.ts";
import { audit } from "./audit.ts";
import { putUnder, shardOf } from "./shards.ts";

test("long-lived entries move out of the way and stay whole", (t) => {
  const store = new Store({ seed: 1, maxBytes: 64 << 10, eviction: "lru", clock: () => 0 });
  for (let i = 0; i < 20; i++) {
    store.put(Buffer.from(`stay ${i}`), Buffer.alloc(100 + i, i), undefined);
    store.put(Buffer.from(`first ${i}`), Buffer.alloc(300), undefined);
  }
  for (let i = 0; i < 5000; i++) {
    store.put(Buffer.from(`pass ${i}`), Buffer.alloc((i * 37) % 900), undefined);
    store.get(Buffer.from(`stay ${i % 20}`));
    if (i % 50 === 0) audit(store.handle);
  }
  t.true(store.figures().moves > 100);
  for (let i = 0; i < 20; i++) {
    t.deepEqual(store.get(Buffer.from(`stay ${i}`))?.value, Buffer.alloc(100 + i, i));
  }
});

test("an entry as large as the limit fits, after small ones and after another", (t) => {
  for (const limit of [1000, 64 << 10, 3 << 20]) {
    const shard = shardOf(limit);
    for (let i = 0; i < 1000; i++) putUnder(shard, i, `key ${i}`, (i * 13) % 200);
    t.true(putUnder(shard, 5000, "all", limit - 40));
    t.true(putUnder(shard, 5001, "half", limit / 2 - 40));
    t.true(putUnder(shard, 5002, "more", limit / 2 + 100));
    t.true(putUnder(shard, 5003, "all!", limit - 40));
  }
});

test("entries of one size take each other's places and nothing moves", (t) => {
  const shard = shardOf(1 << 20);
  let state = 1;
  for (let i = 0; i < 50_000; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const index = (state >>> 8) % 20_000;
    putUnder(shard, Math.imul(index, 0x9e3779b1) | 0, String(index).padStart(8), 20);
  }
  t.true(shard.counters[EVICTIONS]! > 1000);
  t.is(shard.counters[MOVES], 0);
});

test("the log in use stays within the limit, its slack and what the tables took", (t) => {
  const shard = shardOf(16 << 20);
  for (let i = 0; i < 200_000; i++) putUnder(shard, Math.imul(i, 0x9e3779b1) | 0, `key ${i}`, 60 + (i % 50));
  t.true(shard.counters[EVICTIONS]! > 0);
  const touched = (shard.words[END]! - shard.arenaAt + tableWords(shard)) * 4;
  t.true(touched <= (16 << 20) * (1 + 1 / 12) * 1.001);
});
