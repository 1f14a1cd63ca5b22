/** Goal: a look tells what the store has of a key, and changes nothing. Method: one store, and a clock that the test moves. */
import test from "ava";
import { Store } from "../../../server/store/store.ts";

const KEY = Buffer.from("key");

test("a look sees values, cached not-founds and what is missing, and what they have left", (t) => {
  const time = { now: 0 };
  const store = new Store({ seed: 1, maxBytes: 4096, eviction: "s3fifo", clock: () => time.now });
  const missing = { kind: "missing", bytes: 0, ttlMs: undefined, footprintBytes: 0 } as const;
  t.deepEqual(store.look(KEY), missing);
  store.put(KEY, Buffer.from("12345"), undefined);
  t.like(store.look(KEY), { kind: "value", bytes: 5, ttlMs: undefined });
  t.is(store.look(KEY).footprintBytes, store.figures().usedBytes);
  store.put(KEY, Buffer.from("12345"), 100);
  time.now = 40;
  const uses = () =>
    store.edit(KEY, { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: false }).uses;
  const before = uses();
  t.like(store.look(KEY), { kind: "value", bytes: 5, ttlMs: 60 });
  t.is(uses(), before);
  time.now = 100;
  t.deepEqual(store.look(KEY), missing);
  t.is(store.figures().entries, 1, "it is left for the sweep");
  store.put(KEY, null, 50);
  t.like(store.look(KEY), { kind: "absent", bytes: 0, ttlMs: 50 });
});
