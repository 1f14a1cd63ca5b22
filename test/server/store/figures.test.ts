/**
 * Goal: figures are those of all shards together, and say how much memory a store takes.
 * Method: stores of one shard and of four, filled with entries of known size.
 */
import test from "ava";
import { Store } from "../../../server/store/store.ts";

const text = (key: string) => Buffer.from(key);

test("figures are sums over the shards", (t) => {
  const store = new Store({ seed: 1, maxBytes: 128 << 20, eviction: "lru", clock: () => 0 });
  for (let i = 0; i < 400; i++)
    store.put(text(String(i).padStart(8)), i % 4 === 0 ? null : text("1234"), undefined);
  t.like(store.figures(), { shards: 4, maxBytes: 128 << 20, entries: 400, values: 300, evictions: 0 });
  t.is(store.figures().usedBytes, 300 * (28 + 12 + 8) + 100 * (28 + 8 + 8));
});

test("a store reuses the memory it has touched before it touches more", (t) => {
  const store = new Store({ seed: 1, maxBytes: 32 << 20, eviction: "lru", clock: () => 0 });
  t.true(store.figures().touchedBytes < 1024);
  for (let i = 0; i < 1000; i++) store.put(text(`key ${i}`), Buffer.alloc(1000), undefined);
  const { touchedBytes, usedBytes } = store.figures();
  t.true(touchedBytes < usedBytes * 1.2);
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 1000; i++) store.put(text(`key ${i}`), Buffer.alloc(900 + round), undefined);
  }
  t.true(store.figures().touchedBytes < usedBytes * 1.25);
});
