/**
 * Goal: a scan meets the entries that are there throughout, and stops at its bound.
 * Method: stores of one shard and of four, with a clock that the test moves.
 */
import test from "ava";
import { Store } from "../../../server/store/store.ts";

function storeOf(maxBytes = 1 << 20, clock = () => 0): Store {
  return new Store({ seed: 1, maxBytes, eviction: "lru", clock });
}

const text = (key: string) => Buffer.from(key);

test("a scan returns every key that is there throughout, while others come and go", (t) => {
  const store = storeOf(8 << 20);
  for (let i = 0; i < 2000; i++) store.put(text(`stays ${i}`), text("v"), undefined);
  store.put(text("absent"), null, undefined);
  const seen = new Set<string>();
  let cursor = 0;
  let other = 0;
  do {
    const some = store.scan(cursor, 10);
    for (const key of some.keys) seen.add(key.toString());
    for (let i = 0; i < 5; i++) store.put(text(`other ${other++}`), text("v"), undefined);
    store.delete(text(`other ${other - 7}`));
    cursor = some.cursor;
  } while (cursor !== 0);
  t.is([...seen].filter((name) => name.startsWith("stays")).length, 2000);
  t.false(seen.has("absent"));
});

test("any number is a valid cursor", (t) => {
  const store = storeOf();
  store.put(text("key"), text("v"), undefined);
  for (const cursor of [-1, 1.5, 2 ** 53, 2 ** 31, 1e300, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.notThrows(() => store.scan(cursor, 10));
  }
});

test("a scan goes through every shard", (t) => {
  let now = 0;
  const store = storeOf(128 << 20, () => now);
  t.is(store.figures().shards, 4);
  for (let i = 0; i < 1000; i++) store.put(text(`key ${i}`), text("v"), 10);
  const seen = new Set<string>();
  let cursor = 0;
  do {
    const piece = store.scan(cursor, 50);
    for (const key of piece.keys) seen.add(key.toString());
    cursor = piece.cursor;
  } while (cursor !== 0);
  t.is(seen.size, 1000);
  now = 10;
  t.deepEqual(store.scan(0, 1000).keys, [], "what is due is not there");
});
