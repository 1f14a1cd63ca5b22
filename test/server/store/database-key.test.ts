/**
 * Goal: stored keys of different keys or databases differ, and give key and database back.
 * Method: all pairs of short keys in three databases, and random keys.
 */
import test from "ava";
import fc from "fast-check";
import {
  clientKey,
  databaseOf,
  hiddenBytes,
  isStoredAsIs,
  MAX_HIDDEN_BYTES,
  storedKey,
  writeStoredKey,
} from "../../../server/store/database-key.ts";

const DATABASES = [0, 1, 2];
/** All keys of up to three bytes out of 0, 1, 2 and "a". */
const SHORT = [[], ...[0, 1, 2, 97].flatMap((a) => [[a], ...[0, 1, 2, 97].flatMap((b) => pairs(a, b))])];

function pairs(a: number, b: number): number[][] {
  return [[a, b], ...[0, 1, 2, 97].map((c) => [a, b, c])];
}

test("no two keys of no two databases have one stored key", (t) => {
  const all = DATABASES.flatMap((database) => SHORT.map((key) => storedKey(database, Buffer.from(key))));
  t.is(new Set(all.map((stored) => stored.toString("hex"))).size, DATABASES.length * SHORT.length);
});

test("a stored key gives key and database back, whatever the bytes", (t) => {
  const bytes = fc.uint8Array({ maxLength: 20 });
  fc.assert(
    fc.property(bytes, fc.integer({ min: 0, max: 99 }), (key, database) => {
      const stored = storedKey(database, Buffer.from(key));
      t.deepEqual(clientKey(stored), Buffer.from(key));
      t.is(databaseOf(stored), database);
      t.is(stored.length - hiddenBytes(stored), key.length);
    }),
  );
});

test("a key of database 0 is stored as it is unless it begins with a zero byte", (t) => {
  const key = Buffer.from("scores:Tom");
  t.is(storedKey(0, key), key);
  const chunk = Buffer.from("x\0y");
  t.deepEqual(
    [isStoredAsIs(chunk, 0, 3), isStoredAsIs(chunk, 1, 3), isStoredAsIs(chunk, 1, 1)],
    [true, false, true],
  );
  t.deepEqual(storedKey(0, chunk.subarray(1)), Buffer.from("\0\0y"));
});

test("a stored key is written in place as storedKey makes it", (t) => {
  const target = Buffer.alloc(10);
  const length = writeStoredKey(target, 7, Buffer.from("..key.."), 2, 5);
  t.is(length, 3 + MAX_HIDDEN_BYTES);
  t.deepEqual(target.subarray(0, length), storedKey(7, Buffer.from("key")));
});
