/**
 * Goal: with `s3fifo` an entry that is used once passes through the small queue, one that is used again stays, and a key
 * that was evicted too early is remembered.
 * Method: entries of one size, ten in the small queue and ninety in the main one.
 */
import test from "ava";
import { Store } from "../../../server/store/store.ts";
import { audit } from "./audit.ts";

const ENTRY_BYTES = 44 + 8;
const keyOf = (name: string) => Buffer.from(name.padStart(8));

function storeOf(entries: number): Store {
  return new Store({ seed: 1, maxBytes: entries * ENTRY_BYTES, eviction: "s3fifo", clock: () => 0 });
}

function put(store: Store, name: string): void {
  store.put(keyOf(name), Buffer.alloc(0), undefined);
}

test("a scan of new keys does not evict entries in use", (t) => {
  const store = storeOf(100);
  for (let i = 0; i < 50; i++) put(store, `hot ${i}`);
  for (let round = 0; round < 3; round++) for (let i = 0; i < 50; i++) store.get(keyOf(`hot ${i}`));
  for (let i = 0; i < 1000; i++) put(store, `scan ${i}`);
  t.is(audit(store.handle).keys.filter((name) => name.includes("hot")).length, 50);
});

test("a key with a ghost goes to the main queue and stays", (t) => {
  const store = storeOf(100);
  for (let i = 0; i < 130; i++) put(store, `first ${i}`);
  t.is(store.get(keyOf("first 10")), undefined);
  put(store, "first 10");
  for (let i = 0; i < 500; i++) put(store, `then ${i}`);
  t.not(store.get(keyOf("first 10")), undefined);
  put(store, "never");
  for (let i = 500; i < 1000; i++) put(store, `then ${i}`);
  t.is(store.get(keyOf("never")), undefined);
});

test("evicts in order when nothing is used", (t) => {
  const store = storeOf(10);
  for (let i = 0; i < 15; i++) put(store, `${i}`);
  t.is(store.get(keyOf("4")), undefined);
  t.not(store.get(keyOf("5")), undefined);
});
