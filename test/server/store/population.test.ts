/**
 * Goal: the counts of a shard are those of its entries after every kind of change, and SOONEST is never too late.
 * Method: one change after the other, against counts made by hand; model.test.ts does the same with changes at random.
 */
import test from "ava";
import { storedKey } from "../../../server/store/database-key.ts";
import { ABSENT, Store } from "../../../server/store/store.ts";
import { audit } from "./audit.ts";

const text = (key: string) => Buffer.from(key);
const WHOLE = { conditions: [], value: undefined, wanted: undefined, isUse: false } as const;

function storeAt() {
  const time = { now: 0 };
  const store = new Store({ seed: 1, maxBytes: 1 << 20, eviction: "s3fifo", clock: () => time.now });
  const counts = () => {
    audit(store.handle);
    const { entries, values, expiring, ttlSumMs } = store.figures();
    return [entries, values, expiring, ttlSumMs];
  };
  return { time, store, counts };
}

test("counts entries, values and those that expire through every change", (t) => {
  const { time, store, counts } = storeAt();
  t.deepEqual(counts(), [0, 0, 0, 0]);
  store.put(text("a"), text("1"), undefined);
  store.put(text("b"), text("1"), 100);
  store.put(text("none"), null, 1000);
  t.deepEqual(counts(), [3, 2, 1, 100]);
  store.put(text("a"), text("2"), undefined);
  store.put(text("b"), text("2"), 300);
  t.deepEqual(counts(), [3, 2, 1, 300], "written in place");
  time.now = 50;
  t.deepEqual(counts(), [3, 2, 1, 250]);
  store.edit(text("a"), { ...WHOLE, life: 500 });
  t.deepEqual(counts(), [3, 2, 2, 750], "its first deadline");
  store.edit(text("a"), { ...WHOLE, life: 100 });
  t.deepEqual(counts(), [3, 2, 2, 350], "another deadline");
  store.edit(text("b"), { ...WHOLE, life: "endless" });
  t.deepEqual(counts(), [3, 2, 1, 100], "no deadline any more");
  store.put(text("none"), text("found"), undefined);
  t.deepEqual(counts(), [3, 3, 1, 100]);
  store.put(text("b"), null, 10);
  t.deepEqual(counts(), [3, 2, 1, 100]);
  store.delete(text("a"));
  t.deepEqual(counts(), [2, 1, 0, 0]);
  store.clear();
  t.deepEqual(counts(), [0, 0, 0, 0]);
});

test("each database has counts of its own, and 0 has the rest", (t) => {
  const { time, store } = storeAt();
  const of = (database: number) => {
    audit(store.handle);
    const { values, expiring, ttlSumMs } = store.population(database);
    return [values, expiring, ttlSumMs];
  };
  const stored = (database: number, key: string) => storedKey(database, text(key));
  store.put(stored(0, "a"), text("1"), undefined);
  store.put(stored(0, "\0\x05"), text("1"), 100);
  store.put(stored(5, "a"), text("1"), 200);
  store.put(stored(5, ""), text("1"), undefined);
  store.put(stored(99, "a"), null, 300);
  t.deepEqual(
    [of(0), of(5), of(99), of(1)],
    [
      [2, 1, 100],
      [2, 1, 200],
      [0, 0, 0],
      [0, 0, 0],
    ],
  );
  store.put(stored(5, "a"), text("1"), 50);
  t.deepEqual(of(5), [2, 1, 50]);
  time.now = 50;
  store.sweep(1);
  t.deepEqual(
    [of(0), of(5)],
    [
      [2, 1, 50],
      [1, 0, 0],
    ],
  );
  t.like(store.figures(), { values: 3, expiring: 1, ttlSumMs: 50 });
  store.clear(5);
  t.deepEqual(
    [of(0), of(5)],
    [
      [2, 1, 50],
      [0, 0, 0],
    ],
  );
  store.clear();
  t.deepEqual(of(0), [0, 0, 0]);
});

test("an entry that has expired counts until it is removed, and has no time left", (t) => {
  const { time, store, counts } = storeAt();
  store.put(text("a"), text("1"), 100);
  time.now = 1000;
  t.deepEqual(counts(), [1, 1, 1, 0]);
  store.sweep(1);
  t.deepEqual(counts(), [0, 0, 0, 0]);
});

test("an entry that is swept and lives is due when its time comes, whatever came before", (t) => {
  const { time, store } = storeAt();
  store.put(text("early"), text("1"), 10);
  store.put(text("late"), text("1"), 1000);
  store.put(text("moved"), text("1"), 2000);
  time.now = 10;
  t.is(store.sweep(1).expired, 1);
  store.edit(text("moved"), { ...WHOLE, life: 5 });
  store.put(text("none"), null, 7);
  t.is(store.find(text("none"), 0, 4), ABSENT);
  for (const [now, expired] of [
    [14, 0],
    [15, 1],
    [16, 0],
    [17, 1],
    [999, 0],
    [1000, 1],
  ] as const) {
    time.now = now;
    t.is(store.sweep(1).expired, expired, `at ${now}`);
  }
  t.is(store.figures().entries, 0);
});
