/**
 * A thread of threads.test.ts: attaches to a store and, by `role`, hammers it or stops for ever inside a write.
 *
 * A value says which key it belongs to and which version it is; its other bytes follow from these two. Each key has one
 * writer, which notes a version as complete after its put or delete. So a reader must never find a version older than
 * the one that was noted before its look-up.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Edit } from "../../../cluster/edit.ts";
import { Store, type StoreHandle } from "../../../server/store/store.ts";

export interface HammerData {
  readonly role: "hammer" | "stop";
  readonly handle: StoreHandle;
  readonly thread: number;
  readonly threads: number;
  readonly keys: number;
  readonly rounds: number;
  /** Per key the newest version whose write has returned. */
  readonly completed: SharedArrayBuffer;
}

export interface HammerReport {
  readonly hits: number;
  /** Puts and edits that found no room. */
  readonly refused: number;
  readonly wrong: string[];
}

const data = workerData as HammerData;

function keyOf(index: number): Buffer {
  return Buffer.from(`key ${index}`);
}

/** 8 bytes of key and version, then up to 3,000 that follow from them. */
function bytesOf(index: number, version: number): Buffer {
  const value = Buffer.alloc(8 + ((index * 7919 + version * 104729) % 3000), (index + version) & 0xff);
  value.writeUInt32LE(index, 0);
  value.writeUInt32LE(version, 4);
  return value;
}

function faultOf(index: number, value: Buffer, completed: number): string | undefined {
  if (value.length < 8 || value.readUInt32LE(0) !== index) return `key ${index}: another key's value`;
  const version = value.readUInt32LE(4);
  if (version < completed) return `key ${index}: version ${version} after ${completed} was completed`;
  if (!value.equals(bytesOf(index, version))) return `key ${index}: version ${version} is torn`;
  return undefined;
}

/** A new value, followed at times by another lifetime: the entry is written anew then. */
function editTo(value: Buffer, state: number): Edit {
  return { conditions: [], value, life: state % 2 === 0 ? "endless" : 1000, wanted: undefined, isUse: true };
}

/** Reads as the hot path does: find, copy, check that the copy is whole. */
function read(store: Store, key: Buffer, target: Buffer): Buffer | undefined {
  for (;;) {
    const length = store.find(key, 0, key.length);
    if (length < 0) return undefined;
    store.copyFound(target, new DataView(target.buffer, target.byteOffset), 0);
    if (store.foundIntact()) return target.subarray(0, length);
  }
}

function write(store: Store, key: Buffer, value: Buffer, state: number): "kept" | "gone" | "unchanged" {
  if (state % 5 === 0) store.delete(key);
  else if (state % 7 === 0) return store.edit(key, editTo(value, state)).changed ? "kept" : "unchanged";
  else return store.put(key, value, state % 2 === 0 ? 1000 : undefined) ? "kept" : "gone";
  return "kept";
}

function hammer(): HammerReport {
  const store = new Store({
    seed: 1,
    maxBytes: data.handle.maxBytes,
    eviction: data.handle.eviction,
    clock: () => 0,
    shared: data.handle,
    thread: data.thread,
    lockWaitMs: 30_000,
  });
  const completed = new Int32Array(data.completed);
  const target = Buffer.alloc(4096);
  const wrong: string[] = [];
  let hits = 0;
  let refused = 0;
  let state = data.thread;
  for (let round = 1; round <= data.rounds; round++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const index = (state >>> 8) % data.keys;
    const key = keyOf(index);
    if (index % data.threads === data.thread - 1 && state % 3 === 0) {
      const outcome = write(store, key, bytesOf(index, round), state);
      if (outcome !== "kept") refused++;
      // A refused edit leaves the old value, a refused put leaves none.
      if (outcome !== "unchanged") Atomics.store(completed, index, round);
      if (state % 11 === 0) store.edit(key, { ...editTo(key, state), value: undefined });
    } else {
      const least = Atomics.load(completed, index);
      const value = state % 2 === 0 ? read(store, key, target) : store.get(key)?.value;
      if (value === undefined || value === null) continue;
      hits++;
      const fault = faultOf(index, value, least);
      if (fault !== undefined) wrong.push(fault);
    }
  }
  return { hits, refused, wrong: wrong.slice(0, 10) };
}

/** Enters a write and never leaves it. */
function stop(): void {
  const store = new Store({
    seed: 1,
    maxBytes: data.handle.maxBytes,
    eviction: data.handle.eviction,
    clock: () => 0,
    shared: data.handle,
    thread: data.thread,
    insideWrite: () => {
      parentPort!.postMessage("inside");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    },
  });
  store.put(keyOf(1), Buffer.from("never"), undefined);
}

if (data.role === "stop") stop();
else parentPort!.postMessage(hammer());
