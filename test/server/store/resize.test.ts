/**
 * Goal: while a store moves to other memory, and afterwards, it answers as before: every entry is found once, with its
 * value, its lifetime and its place in the order, unless there is no room for it.
 * Method: stores with few and with many shards of every policy, moved up and down, in one step, and in the smallest steps
 * with reads and writes between them; the audit after each. The clock stands still unless a test moves it.
 */
import test from "ava";
import { Store } from "../../../server/store/store.ts";
import { audit } from "./audit.ts";

const MIB = 2 ** 20;
const text = (key: string) => Buffer.from(key);
const keyOf = (i: number) => text(`key ${i}`);
const POLICIES = ["lru", "s3fifo", "noeviction"] as const;
type Policy = (typeof POLICIES)[number];

function storeOf(maxBytes: number, eviction: Policy, entries: number, isSoleWriter = true) {
  const time = { now: 0, readingMs: 0 };
  const clock = () => {
    time.now += time.readingMs;
    return time.now;
  };
  const store = new Store({ seed: 1, maxBytes, eviction, clock, isSoleWriter });
  for (let i = 0; i < entries; i++)
    store.put(keyOf(i), text(`value ${i}`), i % 3 === 0 ? 1000 + i : undefined);
  const moveTo = (bytes: number, policy: Policy = eviction) => {
    const to = store.memory.other({ maxBytes: bytes, eviction: policy });
    const whyNot = store.memory.whyNot(to);
    if (whyNot === undefined) store.memory.moveTo(to);
    return whyNot;
  };
  const finish = () => {
    while (store.memory.isMoving) store.memory.moveSome(1e9);
    audit(store.handle);
  };
  /** One piece: the first reading of the clock inside is before the end, every later one behind it. */
  const piece = () => {
    time.readingMs = 2 ** -20;
    store.memory.moveSome(1.5 * 2 ** -20);
    time.readingMs = 0;
  };
  return { store, time, moveTo, finish, piece };
}

function read(store: Store, key: Buffer): string | undefined {
  const length = store.find(key, 0, key.length);
  if (length < 0) return undefined;
  const target = Buffer.alloc(length);
  store.copyFound(target, new DataView(target.buffer, target.byteOffset), 0);
  return target.toString();
}

for (const eviction of POLICIES) {
  for (const [from, to] of [
    [16, 256],
    [256, 16],
    [256, 100],
    [8, 9],
  ] as const) {
    test(`${eviction} keeps every entry from ${from} to ${to} MiB, before, while and after it moves`, (t) => {
      const { store, time, moveTo, finish, piece } = storeOf(from * MIB, eviction, 3000);
      const before = store.figures();
      t.is(moveTo(to * MIB), undefined);
      t.is(store.handle.maxBytes, to * MIB);
      for (let i = 0; i < 3000 && store.memory.isMoving; i += 7) {
        piece();
        t.is(read(store, keyOf(i)), `value ${i}`);
        t.is(store.look(keyOf(i + 1)).kind, i + 1 < 3000 ? "value" : "missing");
        t.is(store.figures().values, 3000);
      }
      finish();
      t.like(store.figures(), {
        values: 3000,
        expiring: before.expiring,

        evictions: 0,
      });
      for (let i = 0; i < 3000; i++) t.is(read(store, keyOf(i)), `value ${i}`);
      t.is(Math.round(store.get(keyOf(3))!.ttlMs!), 1003);
      t.is(
        Math.round((store.figures().ttlSumMs + store.figures().expiring * time.now) / 10),
        before.ttlSumMs / 10,
      );
    });
  }
}

test("a write while it moves replaces, ends or changes the entry, wherever it is", (t) => {
  for (const eviction of POLICIES) {
    const { store, moveTo, finish, piece } = storeOf(64 * MIB, eviction, 900);
    moveTo(32 * MIB);
    for (let i = 0; i < 900; i++) {
      if (i % 3 === 0) store.put(keyOf(i), text(`new ${i}`), undefined);
      if (i % 3 === 1) t.true(store.delete(keyOf(i)));
      const life = { conditions: [], value: undefined, life: 77, wanted: undefined, isUse: false } as const;
      if (i % 3 === 2) t.true(store.edit(keyOf(i), life).changed);
      if (i % 50 === 0) piece();
    }
    finish();
    t.like(store.figures(), { values: 600, expiring: 300 });
    for (let i = 0; i < 900; i++) {
      t.is(read(store, keyOf(i)), i % 3 === 0 ? `new ${i}` : i % 3 === 1 ? undefined : `value ${i}`);
    }
  }
});

test("a limit that falls evicts what the policy would, down to the limit, and the account holds", (t) => {
  for (const eviction of ["lru", "s3fifo"] as const) {
    const { store, moveTo, finish } = storeOf(4 * MIB, eviction, 40_000);
    const ends: string[] = [];
    store.onEnd = (key) => ends.push(String(key));
    for (let round = 0; round < 3; round++) for (let i = 0; i < 5000; i++) read(store, keyOf(i));
    moveTo(MIB);
    finish();
    const { usedBytes, values, evictions } = store.figures();
    t.true(usedBytes <= MIB && usedBytes > 0.9 * MIB, `${usedBytes}`);
    t.is(values + ends.length, 40_000);
    t.is(evictions, ends.length);
    let used = 0;
    for (let i = 0; i < 5000; i++) if (read(store, keyOf(i)) !== undefined) used++;
    t.true(used > 4900, `${eviction}: ${used} of the used ones stay`);
  }
});

test("lru keeps its order over a change of memory", (t) => {
  const { store, moveTo, finish } = storeOf(128 * MIB, "lru", 0);
  for (let i = 0; i < 1000; i++) store.put(keyOf(i), Buffer.alloc(400), undefined);
  for (let i = 0; i < 1000; i += 2) read(store, keyOf(i));
  moveTo(8 * MIB);
  finish();
  moveTo(Math.ceil(store.figures().usedBytes / 2));
  finish();
  let used = 0;
  for (let i = 0; i < 1000; i += 2) if (read(store, keyOf(i)) !== undefined) used++;
  t.true(used > 450, `${used} of the 500 that were used last`);
});

test("what expires before it moves is not moved, and counts as expired", (t) => {
  const { store, time, moveTo, finish } = storeOf(64 * MIB, "s3fifo", 300);
  moveTo(32 * MIB);
  time.now = 1e6;
  t.is(read(store, keyOf(0)), undefined);
  finish();
  t.like(store.figures(), { values: 200, expiring: 0, expirations: 100, evictions: 0 });
});

test("noeviction refuses a limit that is too low for what it holds, and keeps room for what is on its way", (t) => {
  const { store, moveTo, finish } = storeOf(2 * MIB, "noeviction", 20_000);
  const why = "more is held than would fit, and noeviction drops nothing";
  t.is(moveTo(MIB), why);
  t.is(store.handle.maxBytes, 2 * MIB);
  const { usedBytes } = store.figures();
  t.is(moveTo(usedBytes + 4 * 20_000), undefined);
  for (let i = 0; i < 5000; i++) store.put(text(`other ${i}`), text("v"), undefined);
  finish();
  t.is(store.figures().evictions, 0);
  for (let i = 0; i < 20_000; i++) t.is(read(store, keyOf(i)), `value ${i}`);
  t.is(moveTo(64 * MIB), undefined);
  t.regex(moveTo(MIB)!, /^the entries are still moving/);
  finish();
});

test("the policy changes with its entries", (t) => {
  for (const from of POLICIES) {
    for (const to of POLICIES.filter((policy) => policy !== from)) {
      const { store, moveTo, finish } = storeOf(4 * MIB, from, 2000);
      t.is(moveTo(4 * MIB, to), undefined);
      finish();
      t.is(store.handle.eviction, to);
      t.like(store.figures(), { values: 2000, evictions: 0 });
      for (let i = 0; i < 2000; i++) t.is(read(store, keyOf(i)), `value ${i}`);
      for (let i = 0; i < 60_000; i++) store.put(text(`more ${i}`), text("v"), undefined);
      audit(store.handle);
    }
  }
});

test("a clear while it moves empties both memories", (t) => {
  const { store, moveTo, finish } = storeOf(64 * MIB, "lru", 1000);
  moveTo(32 * MIB);
  store.clear();
  t.is(store.figures().entries, 0);
  t.is(read(store, keyOf(1)), undefined);
  finish();
  t.is(store.figures().entries, 0);
});

test("a scan over changes of memory finds every entry that stays, and a scan while it moves finds each once", (t) => {
  for (const [from, to] of [
    [16, 256],
    [256, 16],
    [128, 64],
  ] as const) {
    const { store, moveTo, finish, piece } = storeOf(from * MIB, "s3fifo", 2000);
    const seen: string[] = [];
    const step = (cursor: number) => {
      const found = store.scan(cursor, 100);
      for (const key of found.keys) seen.push(String(key));
      return found.cursor;
    };
    let cursor = step(0);
    cursor = step(cursor);
    moveTo(to * MIB);
    while (cursor !== 0) {
      cursor = step(cursor);
      piece();
    }
    t.is(new Set(seen).size, 2000, `${from} to ${to}`);
    finish();
    moveTo(from * MIB);
    piece();
    seen.length = 0;
    do {
      cursor = step(cursor);
      piece();
    } while (cursor !== 0);
    t.is(seen.length, 2000);
    t.is(new Set(seen).size, 2000);
  }
});

test("another thread's store follows, and finds what has moved", (t) => {
  const { store, moveTo, finish } = storeOf(64 * MIB, "s3fifo", 1000);
  const other = new Store({ ...store.handle, shared: store.handle, clock: () => 0, thread: 2 });
  moveTo(256 * MIB);
  t.is(read(other, keyOf(5)), "value 5", "it still looks at the old memory");
  t.is(read(store, keyOf(5)), "value 5");
  t.is(read(other, keyOf(5)), undefined);
  other.memory.follow(store.handle);
  t.is(read(other, keyOf(5)), "value 5");
  finish();
  for (let i = 0; i < 1000; i++) t.is(read(other, keyOf(i)), `value ${i}`);
});

test("memory that the system has not got is a RangeError, and changes nothing", (t) => {
  const { store } = storeOf(MIB, "lru", 10);
  t.throws(() => store.memory.other({ maxBytes: 2 ** 45, eviction: "lru" }), { instanceOf: RangeError });
  t.is(read(store, keyOf(1)), "value 1");
});

test("a store that other threads write to as well finds an entry that has not moved yet", (t) => {
  const { store, moveTo } = storeOf(1 << 20, "s3fifo", 10, false);
  moveTo(2 << 20);
  t.is(read(store, keyOf(1)), "value 1");
  t.is(read(store, keyOf(11)), undefined);
});
