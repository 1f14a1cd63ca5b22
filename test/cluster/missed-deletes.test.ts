/** Goal: nothing missed is forgotten, and memory stays bounded. Method: each bound by itself. */

import test from "ava";
import { MissedDeletes } from "../../cluster/missed-deletes.ts";

const keys = (count: number, bytes = 4) => Array.from({ length: count }, () => Buffer.alloc(bytes));

test("gives the keys back in order, once", (t) => {
  const missed = new MissedDeletes();
  missed.add([Buffer.from("a"), Buffer.from("b")]);
  missed.add([Buffer.from("c")]);
  t.deepEqual(missed.take(), {
    flush: false,
    databases: new Set(),
    keys: [Buffer.from("a"), Buffer.from("b"), Buffer.from("c")],
  });
  t.deepEqual(missed.take(), { flush: false, databases: new Set(), keys: [] });
});

test("10,000 keys are kept, one more becomes a flush", (t) => {
  const missed = new MissedDeletes();
  missed.add(keys(10_000));
  t.is(missed.take().keys.length, 10_000);
  missed.add(keys(10_001));
  t.deepEqual(missed.take(), { flush: true, databases: new Set(), keys: [] });
});

test("1 MiB of keys is kept, one byte more becomes a flush", (t) => {
  const missed = new MissedDeletes();
  missed.add(keys(128, 8192));
  t.is(missed.take().keys.length, 128);
  missed.add([...keys(128, 8192), Buffer.alloc(1)]);
  t.true(missed.take().flush);
});

test("a flush stands for the keys before and after it", (t) => {
  const missed = new MissedDeletes();
  missed.add(keys(1));
  missed.addFlush();
  missed.add(keys(1));
  t.deepEqual(missed.take(), { flush: true, databases: new Set(), keys: [] });
  missed.add(keys(1));
  t.is(missed.take().keys.length, 1);
});

test("a flush of a database is kept beside the keys, and a flush of all of them stands for it", (t) => {
  const missed = new MissedDeletes();
  missed.addFlush(3);
  missed.add(keys(1));
  missed.addFlush(3);
  missed.addFlush(0);
  t.deepEqual(missed.take(), { flush: false, databases: new Set([3, 0]), keys: keys(1) });
  missed.addFlush(3);
  missed.addFlush();
  missed.addFlush(4);
  t.deepEqual(missed.take(), { flush: true, databases: new Set(), keys: [] });
});
