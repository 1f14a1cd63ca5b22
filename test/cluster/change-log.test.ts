/**
 * Goal: the log gives all that a member has to do, in order, or says that it cannot; and its memory stays bounded. Method:
 * each rule and each bound by itself.
 */

import test from "ava";
import type { Flush } from "../../cluster/change.ts";
import { ChangeLog } from "../../cluster/change-log.ts";

const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text, "latin1"));
const flushOf = (database?: number): Flush => ({ database, isSlow: false });
const many = (count: number) => Array.from({ length: count }, (_, i) => Buffer.from(`k${i}`));

/** Each change as a word: its number, and its keys or its flush. */
function told(log: ChangeLog, after = 0): string[] | undefined {
  return log.after(after)?.map(({ number, keys, flush, isBar }) => {
    const what = flush ? `flush ${flush.database}` : keys.map((key) => Buffer.from(key).toString()).join();
    return `${number}${isBar ? " bar" : ""} ${what}`;
  });
}

test("changes are numbered from 1, and those after a number come in order, with their counters", (t) => {
  const log = new ChangeLog();
  t.is(log.last, 0);
  t.deepEqual(log.after(0), []);
  t.is(log.add(7, { keys: bytes("a", "b") }), 1);
  t.is(log.add(9, { keys: bytes("c") }), 2);
  t.is(log.last, 2);
  t.deepEqual(told(log), ["1 a,b", "2 c"]);
  t.deepEqual(told(log, 1), ["2 c"]);
  t.deepEqual(
    log.after(0)?.map(({ counter }) => counter),
    [7, 9],
  );
  t.deepEqual(told(log, 2), []);
});

test("of two changes of one key only the later one is kept, at its own place", (t) => {
  const log = new ChangeLog();
  log.add(1, { keys: bytes("a", "b") });
  log.add(2, { keys: bytes("c") });
  log.add(3, { keys: bytes("a") });
  t.deepEqual(told(log), ["1 b", "2 c", "3 a"]);
});

test("a flush of all stands for whatever was deleted before it, but for no bar, and for nothing behind it", (t) => {
  const log = new ChangeLog();
  log.add(1, { keys: bytes("a") });
  log.add(2, { keys: bytes("b"), isBar: true });
  log.add(3, { keys: [], flush: flushOf(2) });
  log.add(4, { keys: [], flush: flushOf() });
  log.add(5, { keys: bytes("c") });
  t.deepEqual(told(log), ["2 bar b", "4 flush undefined", "5 c"]);
});

test("a flush of a database stands for an earlier one of the same database only", (t) => {
  const log = new ChangeLog();
  log.add(1, { keys: [], flush: flushOf(3) });
  log.add(2, { keys: bytes("a") });
  log.add(3, { keys: [], flush: flushOf(0) });
  log.add(4, { keys: [], flush: { database: 3, isSlow: true } });
  t.deepEqual(told(log), ["2 a", "3 flush 0", "4 flush 3"]);
  t.deepEqual(
    log.after(0)?.map(({ flush }) => flush?.isSlow),
    [undefined, false, true],
  );
});

test("a bar takes the place of no delete, nor a delete that of a bar; a later bar takes that of an earlier one", (t) => {
  const log = new ChangeLog();
  log.add(1, { keys: bytes("a") });
  log.add(2, { keys: bytes("a"), isBar: true });
  log.add(3, { keys: bytes("b"), isBar: true });
  log.add(4, { keys: bytes("b") });
  log.add(5, { keys: bytes("a"), isBar: true });
  t.deepEqual(told(log), ["1 a", "3 bar b", "4 b", "5 bar a"]);
});

test("a bar that keeps entries takes the place of no bar that deletes them", (t) => {
  const log = new ChangeLog();
  log.add(1, { keys: bytes("a"), isBar: true });
  log.add(2, { keys: bytes("a"), isBar: true, keepsEntries: true });
  t.deepEqual(
    log.after(0)?.map(({ keepsEntries }) => keepsEntries),
    [false, true],
  );
});

test("keys are compared byte by byte, and none is taken for a flush", (t) => {
  const log = new ChangeLog();
  const keys = [
    Buffer.from([0xff]),
    Buffer.from([0xfe]),
    Buffer.from([0xc3, 0xbf]),
    ...bytes("", "flush undefined"),
  ];
  for (const key of keys) log.add(1, { keys: [key] });
  log.add(2, { keys: [], flush: flushOf(1) });
  log.add(3, { keys: bytes("flush 1") });
  t.deepEqual(
    log.after(0)?.flatMap((change) => change.keys),
    [...keys, ...bytes("flush 1")],
  );
});

test("what every member has heard is forgotten, and nobody is told the rest as if it were all", (t) => {
  const log = new ChangeLog();
  for (const key of ["a", "b", "c"]) log.add(1, { keys: bytes(key) });
  log.forget(2);
  t.is(log.after(1), undefined);
  t.deepEqual(told(log, 2), ["3 c"]);
  log.forget(1);
  t.is(log.after(1), undefined, "what is forgotten does not come back");
  t.is(log.add(2, { keys: bytes("d") }), 4);
  t.deepEqual(told(log, 3), ["4 d"]);
});

test("65,536 keys are kept; one more, and the oldest is forgotten", (t) => {
  const log = new ChangeLog();
  log.add(1, { keys: bytes("oldest") });
  log.add(2, { keys: many(65_535) });
  t.is(log.after(0)?.flatMap(({ keys }) => keys).length, 65_536);
  log.add(3, { keys: bytes("newest") });
  t.is(log.after(0), undefined);
  t.is(log.after(1)?.flatMap(({ keys }) => keys).length, 65_536);
});

test("a change of which one key is forgotten is told to nobody who needs it", (t) => {
  const log = new ChangeLog();
  log.add(1, { keys: many(65_537) });
  t.is(log.after(0), undefined);
  t.deepEqual(log.after(1), []);
});

test("8 MiB of keys are kept, with 64 bytes more for each; one byte more, and the oldest is forgotten", (t) => {
  const log = new ChangeLog();
  const key = (name: string) => Buffer.alloc(65_536 - 64, name);
  for (let i = 0; i < 128; i++) log.add(1, { keys: [key(`${i}.`)] });
  t.is(log.after(0)?.length, 128);
  // In the place of its first record a key takes nothing more.
  log.add(2, { keys: [key("127.")] });
  t.is(log.after(0)?.length, 128);
  log.add(3, { keys: [Buffer.alloc(0)] });
  t.is(log.after(0), undefined);
  t.is(log.after(1)?.length, 128);
});

test("what is forgotten or flushed makes room", (t) => {
  const log = new ChangeLog();
  const fill = () =>
    log.add(1, { keys: Array.from({ length: 100 }, (_, i) => Buffer.alloc(65_536, `${i}.`)) });
  fill();
  log.forget(1);
  fill();
  t.is(log.after(1)?.[0]?.keys.length, 100);
  log.add(2, { keys: [], flush: flushOf() });
  const last = fill();
  t.is(log.after(last - 1)?.[0]?.keys.length, 100);
  t.is(log.after(1)?.length, 2);
});

test("one key changed 6,000 times is one delete", (t) => {
  const log = new ChangeLog();
  for (let i = 1; i <= 6000; i++) log.add(i, { keys: bytes("hot") });
  t.deepEqual(told(log), ["6000 hot"]);
});
