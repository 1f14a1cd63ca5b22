/**
 * Goal: `lru` evicts in exact order of last use, at the sizes where its generations merge, and when ticks wrap.
 * Method: random uses of equal entries beside a Map that keeps the order; the tick is set close to its ends by hand.
 */
import test from "ava";
import { TICK } from "../../../server/store/layout.ts";
import { Store } from "../../../server/store/store.ts";
import { audit } from "./audit.ts";

const text = (key: string) => Buffer.from(key);
const ENTRY_BYTES = 36 + 8;

function storeOf(entries: number): Store {
  return new Store({ seed: 1, maxBytes: entries * ENTRY_BYTES, eviction: "lru", clock: () => 0 });
}

test("evicts the least recently used entry first", (t) => {
  const store = storeOf(3);
  for (const key of ["a", "b", "c"]) store.put(text(key.repeat(8)), Buffer.alloc(0), undefined);
  for (const key of ["b", "a", "c"]) store.get(text(key.repeat(8)));
  store.look(text("b".repeat(8)));
  store.put(text("d".repeat(8)), Buffer.alloc(0), undefined);
  t.deepEqual(audit(store.handle).keys, ["aaaaaaaa", "cccccccc", "dddddddd"]);
  store.put(text("e".repeat(8)), Buffer.alloc(0), undefined);
  t.deepEqual(audit(store.handle).keys, ["cccccccc", "dddddddd", "eeeeeeee"]);
});

/** Uses `keys` keys at random and compares every answer with exact LRU over `entries` of them. */
function follow(t: { is(a: unknown, b: unknown): void }, store: Store, entries: number, keys: number): void {
  const order = new Set<number>();
  let state = 1;
  for (let i = 0; i < 20 * keys; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // The product of two random numbers makes some keys far more frequent than others.
    const index = Math.floor((((state >>> 8) % keys) * ((state >>> 16) % keys)) / keys);
    const key = text(String(index).padStart(8));
    const isHit = store.find(key, 0, 8) >= 0;
    if (isHit !== order.delete(index)) t.is(`hit ${isHit} at ${i}`, "exact LRU");
    order.add(index);
    if (!isHit) store.put(key, Buffer.alloc(0), undefined);
    if (order.size > entries) {
      const [oldest] = order;
      order.delete(oldest!);
    }
  }
  t.is(audit(store.handle).keys.length, order.size);
}

for (const entries of [1, 2, 15, 300, 5000]) {
  test(`is exact LRU with ${entries} entries`, (t) => {
    follow(t, storeOf(entries), entries, entries * 2 + 1);
  });
}

test("keeps its order when the tick wraps", (t) => {
  for (const start of [2 ** 31 - 500, 2 ** 32 - 500]) {
    const store = storeOf(50);
    // The tick that the first entry of a store finds.
    const words = new Int32Array(store.handle.memory[0]!);
    words[TICK] = start;
    store.clear();
    follow(t, store, 50, 120);
  }
});
