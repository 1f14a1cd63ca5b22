/**
 * Goal: emptying one database of a store leaves the entries of the others, and costs no walk where there are none.
 * Method: a store with entries of three databases, and one with entries of one.
 */
import test from "ava";
import { storedKey } from "../../../server/store/database-key.ts";
import { Store } from "../../../server/store/store.ts";

const value = Buffer.from("v");

function storeOf(...databases: number[]): Store {
  const store = new Store({
    maxBytes: 1 << 20,
    eviction: "s3fifo",
    clock: () => 0,
    seed: 1,
    maxValueBytes: 1024,
  });
  for (const database of databases)
    for (let i = 0; i < 100; i++) store.put(storedKey(database, Buffer.from(`k${i}`)), value, undefined);
  return store;
}

test("a database is emptied, and the others stay", (t) => {
  const store = storeOf(0, 1, 2);
  store.clear(1);
  t.deepEqual(
    [0, 1, 2].map((database) => store.population(database).values),
    [100, 0, 100],
  );
  store.clear(0);
  t.deepEqual(
    [0, 1, 2].map((database) => store.population(database).values),
    [0, 0, 100],
  );
  t.is(store.look(storedKey(2, Buffer.from("k7"))).kind, "value");
  store.clear(2);
  t.is(store.figures().usedBytes, 0);
});

test("the only database with entries is emptied with all of the memory", (t) => {
  for (const database of [0, 1]) {
    const store = storeOf(database);
    const { touchedBytes } = storeOf().figures();
    t.true(store.figures().touchedBytes > touchedBytes);
    store.clear(database);
    t.is(store.figures().touchedBytes, touchedBytes);
  }
});
