/**
 * Goal: an edit is one step: its result says what the store has then, and a refused edit leaves everything as it was.
 * Method: single edits on small stores of all policies, the memory audited after each; random ones are in model.test.ts.
 */
import test from "ava";
import type { Edit } from "../../../cluster/edit.ts";
import { type Eviction, Store } from "../../../server/store/store.ts";
import { audit } from "./audit.ts";

const KEY = Buffer.from("key");
const NOTHING: Edit = { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: false };

function setUp(eviction: Eviction = "lru", maxBytes = 4096) {
  const time = { now: 0 };
  const store = new Store({ seed: 1, maxBytes, eviction, clock: () => time.now });
  const edit = (change: Partial<Edit>) => {
    const edited = store.edit(KEY, { ...NOTHING, ...change });
    audit(store.handle);
    return edited;
  };
  const text = () => store.get(KEY)?.value?.toString();
  return { store, time, edit, text };
}

test("a new value has a lifetime of its own, the old value's, or an endless one", (t) => {
  const { store, time, edit, text } = setUp();
  t.like(edit({ value: Buffer.from("1"), life: 100 }), { held: false, changed: true });
  time.now = 40;
  t.like(edit({ value: Buffer.from("22"), life: "keep" }), { held: true, changed: true, bytes: 1 });
  t.deepEqual([text(), store.look(KEY).ttlMs], ["22", 60]);
  edit({ value: Buffer.from("3"), life: "endless" });
  t.deepEqual([text(), store.look(KEY).ttlMs], ["3", undefined]);
  edit({ value: Buffer.from("4"), life: -1 });
  t.is(store.look(KEY).kind, "missing");
});

test("an edit gives, changes and takes a lifetime and leaves the value alone", (t) => {
  for (const eviction of ["lru", "s3fifo", "noeviction"] as const) {
    const { store, edit, text } = setUp(eviction);
    store.put(KEY, Buffer.from("value"), undefined);
    t.true(edit({ life: 500 }).changed);
    t.is(store.look(KEY).ttlMs, 500);
    t.true(edit({ life: 700 }).changed);
    t.is(store.look(KEY).ttlMs, 700);
    t.true(edit({ life: "endless" }).changed);
    t.false(edit({ life: "endless" }).changed);
    t.deepEqual([text(), store.look(KEY).ttlMs, store.figures().entries], ["value", undefined, 1]);
    t.true(edit({ life: 0 }).changed);
    t.is(store.figures().entries, 0);
  }
});

test("for an edit a cached not-found is missing, and only a new value replaces it", (t) => {
  const { store, edit, text } = setUp();
  store.put(KEY, null, 100);
  t.like(edit({ life: "endless", wanted: { from: 0, to: -1 } }), { held: false, changed: false });
  t.false(edit({ value: null }).changed);
  t.false(edit({ conditions: ["held"], value: Buffer.from("x") }).changed);
  t.is(store.look(KEY).kind, "absent");
  t.true(edit({ conditions: ["missing"], value: Buffer.from("x"), life: "keep" }).changed);
  t.deepEqual([text(), store.look(KEY).ttlMs], ["x", undefined]);
});

test("an edit whose value is larger than the store is refused, and the old value stays", (t) => {
  const { store, edit, text } = setUp("lru", 200);
  store.put(KEY, Buffer.from("old"), undefined);
  t.like(edit({ value: Buffer.alloc(200) }), { held: true, changed: false, noRoom: true });
  t.is(text(), "old");
  t.like(edit({ value: Buffer.alloc(100) }), { changed: true, noRoom: false });
});

test("an edit answers with a copy of the wanted part of the old value", (t) => {
  const { store, edit } = setUp();
  store.put(KEY, Buffer.from("0123456789"), undefined);
  const got = edit({ value: Buffer.from("----------"), wanted: { from: -4, to: 7 } });
  t.is(Buffer.from(got.value!).toString(), "67");
  t.is(edit({ wanted: { from: 0, to: -1 } }).value?.length, 10);
  t.is(edit({ wanted: { from: 5, to: 2 } }).value?.length, 0);
  t.is(edit({ wanted: { from: -2, to: -5 } }).value?.length, 0);
  t.is(edit({ wanted: { from: 50, to: 60 } }).value?.length, 0);
  store.delete(KEY);
  t.is(edit({ wanted: { from: 0, to: -1 } }).value, undefined);
});

test("an edit expires an entry whose time is up, and treats it as missing", (t) => {
  const { store, time, edit } = setUp();
  store.put(KEY, Buffer.from("x"), 10);
  time.now = 10;
  t.like(edit({ wanted: { from: 0, to: -1 }, life: "endless" }), { held: false, changed: false });
  t.is(store.figures().expirations, 1);
});

test("an edit counts a use only if it says so, whether it changes anything or not", (t) => {
  const { store, edit } = setUp("s3fifo");
  store.put(KEY, Buffer.from("x"), undefined);
  t.is(edit({}).uses, 0);
  edit({ isUse: true });
  edit({ isUse: true, conditions: ["missing"] });
  t.is(edit({}).uses, 2);
});

test("deadlines less than a millisecond apart count as equal", (t) => {
  const { store, edit } = setUp();
  store.put(KEY, Buffer.from("x"), 100);
  t.false(edit({ conditions: ["later"], life: 100.5 }).changed);
  t.false(edit({ conditions: ["sooner"], life: 99.5 }).changed);
  t.true(edit({ conditions: ["later"], life: 101 }).changed);
  t.true(edit({ conditions: ["sooner"], life: 100 }).changed);
  t.true(edit({ life: "endless" }).changed);
  t.false(edit({ conditions: ["later"], life: 1e12 }).changed);
  t.true(edit({ conditions: ["sooner"], life: 1e12 }).changed);
});

test("an operation changes the value in its one step, keeps the lifetime, and is refused whole", (t) => {
  const { store, edit, text } = setUp("lru", 200);
  const add = (argument: string) => ({
    operation: { kind: "add", argument: Buffer.from(argument), at: 0 } as const,
  });
  t.like(edit(add("5")), { held: false, changed: true, result: "5" });
  edit({ life: 100 });
  t.like(edit({ ...add("7"), wanted: { from: 0, to: -1 } }), { held: true, result: "12", bytes: 1 });
  t.deepEqual([text(), store.look(KEY).ttlMs], ["12", 100]);
  t.like(edit({ ...add("1"), conditions: ["missing"] }), { changed: false, result: undefined });
  t.like(edit(add("x")), { changed: false, error: "value is not an integer or out of range" });
  const append = { operation: { kind: "append", argument: Buffer.alloc(200), at: 0 } as const };
  t.like(edit(append), { changed: false, noRoom: true });
  const nothing = { operation: { kind: "setRange", argument: Buffer.alloc(0), at: 9 } as const };
  t.like(edit(nothing), { changed: false, noRoom: false, result: "2" });
  t.is(text(), "12");
});

test("a comparison with the old value decides whether anything changes", (t) => {
  const { edit, text } = setUp();
  const value = Buffer.from("new");
  const than = (kind: "equal" | "different", to: string) => ({ comparison: { kind, to: Buffer.from(to) } });
  t.false(edit({ value, ...than("equal", "old") }).changed);
  t.true(edit({ value: Buffer.from("old"), ...than("different", "old") }).changed);
  t.false(edit({ value, ...than("different", "old") }).changed);
  t.false(edit({ value: null, ...than("equal", "other") }).changed);
  t.is(text(), "old");
  t.true(edit({ value, ...than("equal", "old") }).changed);
  const digest = { comparison: { kind: "sameDigest", to: Buffer.from("0") } as const };
  t.like(edit({ value: null, ...digest }), {
    changed: false,
    error: "must be exactly 16 hexadecimal characters",
  });
  t.true(edit({ value: null, ...than("equal", "new") }).changed);
  t.is(text(), undefined);
});
