/**
 * Goal: the store keeps its promises to its callers, one fact a test.
 * Method: small stores with a clock that the test moves.
 */
import test from "ava";
import { ABSENT, type Eviction, MISS, Store } from "../../../server/store/store.ts";
import { audit } from "./audit.ts";

function storeOf(options: Partial<ConstructorParameters<typeof Store>[0]> = {}): Store {
  return new Store({ seed: 1, maxBytes: 1 << 20, eviction: "lru", clock: () => 0, ...options });
}

const text = (key: string) => Buffer.from(key);
const policies: Eviction[] = ["lru", "s3fifo", "noeviction"];

test("binary keys stay apart: all of one byte, __proto__, the empty one and one of 8 KiB", (t) => {
  for (const eviction of policies) {
    const store = storeOf({ eviction });
    const keys = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]));
    keys.push(text("__proto__"), text("constructor"), Buffer.alloc(0), Buffer.alloc(8192, 1));
    keys.push(Buffer.alloc(8192, 1).fill(2, 8191), Buffer.alloc(65535, 3));
    keys.forEach((key, i) => {
      t.true(store.put(key, text(`value ${i}`), undefined));
    });
    keys.forEach((key, i) => {
      t.is(store.get(key)?.value?.toString(), `value ${i}`);
    });
    t.is(store.figures().entries, keys.length);
    t.false(store.put(Buffer.alloc(65536), text("x"), undefined), "keys end at 65,535 bytes");
  }
});

test("a value of no bytes is a value, and a cached not-found is neither value nor miss", (t) => {
  const store = storeOf();
  store.put(text("empty"), Buffer.alloc(0), undefined);
  store.put(text("absent"), null, undefined);
  t.is(store.find(text("empty"), 0, 5), 0);
  t.is(store.find(text("absent"), 0, 6), ABSENT);
  t.is(store.find(text("other"), 0, 5), MISS);
  t.deepEqual(store.get(text("empty")), { value: Buffer.alloc(0), ttlMs: undefined });
  t.deepEqual(store.get(text("absent")), { value: null, ttlMs: undefined });
  t.is(store.look(text("absent")).kind, "absent");
  t.like(store.figures(), { entries: 2, values: 1 });
  t.false(store.delete(text("absent")));
  t.true(store.delete(text("empty")));
});

test("a value is a copy on the way in and on the way out", (t) => {
  const store = storeOf();
  const value = text("value");
  store.put(text("key"), value, undefined);
  value.fill(0);
  const first = store.get(text("key"))!.value!;
  t.is(first.toString(), "value");
  first.fill(0);
  t.is(store.get(text("key"))!.value!.toString(), "value");
});

test("the remaining life is right to the millisecond, from a fraction to years", (t) => {
  let now = 1234.4375;
  const store = storeOf({ clock: () => now });
  const years = 300 * 365 * 86400_000;
  store.put(text("short"), text("v"), 1500);
  store.put(text("long"), text("v"), years);
  now += 499.5;
  t.is(store.get(text("short"))?.ttlMs, 1000.5);
  t.is(store.look(text("long")).ttlMs, years - 499.5);
  now += 1000.5;
  t.is(store.get(text("short")), undefined);
  t.is(store.look(text("short")).kind, "missing");
  t.false(store.delete(text("short")));
  t.is(store.find(text("long"), 0, 4), 1);
});

test("a value with a lifetime of 0 is not kept, and ends the older one", (t) => {
  const store = storeOf();
  store.put(text("key"), text("old"), undefined);
  t.true(store.put(text("key"), text("new"), 0));
  t.is(store.get(text("key")), undefined);
  t.is(store.figures().usedBytes, 0);
});

test("a value too large for the store is refused, and ends the older one", (t) => {
  const store = storeOf({ maxBytes: 2048 });
  t.true(store.put(text("key"), Buffer.alloc(2048 - 36 - 3), undefined), "footprint of exactly the limit");
  t.is(store.figures().usedBytes, 2048);
  t.false(store.put(text("key"), Buffer.alloc(2048 - 36 - 2), undefined));
  t.is(store.get(text("key")), undefined);
  t.is(store.figures().usedBytes, 0);
});

test("values of megabytes come and go whole in a shard that has room for four", (t) => {
  const store = storeOf({ maxBytes: 32 << 20 });
  for (let i = 0; i < 30; i++) {
    const value = Buffer.alloc((8 << 20) - i * 1000, i + 1);
    t.true(store.put(text(`key ${i}`), value, undefined));
    t.true(store.get(text(`key ${i}`))!.value!.equals(value));
    for (let j = 0; j < 50; j++) store.put(text(`small ${j}`), Buffer.alloc(j), undefined);
  }
  audit(store.handle);
  t.true(store.figures().entries > 50, "the small ones are there beside three large ones");
});

test("the store is split into shards that share the limit when it is large", (t) => {
  const store = storeOf({ maxBytes: 128 << 20 });
  t.is(store.figures().shards, 4);
  for (let i = 0; i < 5000; i++) store.put(text(`key ${i}`), Buffer.alloc(100), undefined);
  const { keys, usedBytes } = audit(store.handle);
  t.is(keys.length, 5000);
  t.is(usedBytes, store.figures().usedBytes);
  for (let i = 0; i < 5000; i++) t.is(store.get(text(`key ${i}`))?.value?.length, 100);
  t.is(storeOf({ maxBytes: 128 << 20, maxValueBytes: 16 << 20 }).figures().shards, 2);
});

test("a store attached by its handle sees the same entries", (t) => {
  const store = storeOf({ eviction: "s3fifo" });
  const other = storeOf({ shared: structuredClone(store.handle), thread: 2 });
  store.put(text("key"), text("value"), undefined);
  t.is(other.get(text("key"))?.value?.toString(), "value");
  other.clear();
  t.is(store.get(text("key")), undefined);
  t.is(store.figures().entries, 0);
});
