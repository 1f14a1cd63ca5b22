/**
 * Goal: a database is emptied in pieces, each of them small, and nothing that was there at the begin stays.
 * Method: a store with entries of two databases; each reading of the clock is a millisecond later than the one before.
 */
import test from "ava";
import { storedKey } from "../../../server/store/database-key.ts";
import { Store } from "../../../server/store/store.ts";

const value = Buffer.from("v");

/** A store with `count` entries in each of two databases, and a piece of emptying database 1, with a millisecond's time. */
function inPieces(count: number, maxBytes = 1 << 20) {
  let now = 0;
  const store = new Store({ seed: 1, maxBytes, eviction: "lru", clock: () => now++, maxValueBytes: 1024 });
  const put = (database: number, name: string, bytes: Buffer | null = value) =>
    store.put(storedKey(database, Buffer.from(name)), bytes, undefined);
  for (let i = 0; i < count; i++) for (const database of [0, 1]) put(database, `k${i}`);
  const clear = store.clearing(1);
  const left = () => [0, 1].map((database) => store.population(database).values);
  return { store, put, left, piece: () => clear(1) };
}

test("a database is emptied in pieces: each is small, and in between the store is used and grows", (t) => {
  const { store, put, left, piece } = inPieces(2000);
  put(1, "absent", null);
  let pieces = 0;
  let before = 2000;
  for (; !piece(); pieces++) {
    const [, there] = left() as [number, number];
    t.true(before - there <= 2 * 64 + 64, `${before} ${there}`);
    before = there;
    for (let i = 0; i < 50; i++) put(0, `new ${pieces} ${i}`);
  }
  t.true(pieces > 10, `${pieces}`);
  t.deepEqual(left(), [2000 + 50 * pieces, 0]);
  t.is(store.look(storedKey(1, Buffer.from("absent"))).kind, "missing");
  t.is(store.look(storedKey(0, Buffer.from("k7"))).kind, "value");
});

test("a few entries among many others take as many pieces as the others have", (t) => {
  const { left, piece, put, store } = inPieces(2000);
  while (!piece());
  put(1, "few");
  const clear = store.clearing(1);
  let pieces = 1;
  while (!clear(1)) pieces++;
  t.true(pieces > 10, `${pieces}`);
  t.deepEqual(left(), [2000, 0]);
});

test("a database that turns out to be the only one is emptied with all of the memory", (t) => {
  const { store, left, piece } = inPieces(2000);
  t.false(piece());
  store.clear(0);
  t.true(piece());
  t.deepEqual(left(), [0, 0]);
});

test("entries that move to other memory while a database is emptied do not escape", (t) => {
  for (const isOver of [false, true]) {
    const { store, left, piece } = inPieces(2000);
    t.false(piece());
    store.memory.moveTo(store.memory.other({ maxBytes: 1 << 21, eviction: "lru" }));
    if (isOver) while (store.memory.isMoving) store.memory.moveSome(1e9);
    t.true(piece());
    t.deepEqual(left(), [2000, 0]);
  }
});
