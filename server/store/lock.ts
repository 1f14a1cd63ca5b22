/**
 * The mutex of a shard and the counter that tells readers of a writer.
 *
 * A writer holds the mutex and makes the sequence odd while it changes anything a reader looks at; a reader that sees
 * the same even number before and after has seen no half-done write. Does not know what is written.
 */
import { MUTEX, SEQUENCE, WAITERS } from "./layout.ts";
import type { Shard } from "./shard.ts";

/** A thread died holding the mutex, and nobody has recovered the shard in time. */
export class ShardLockedError extends Error {
  constructor() {
    super("a shard of the store is locked and does not come free");
  }
}

/** A wake-up can be lost with the thread it went to: nobody sleeps longer than this without looking. */
const LOOK_AGAIN_MS = 10;
const SPINS = 200;

/** Takes the mutex for `thread` (not 0) within `waitMs`, else throws ShardLockedError. */
export function lock(shard: Shard, thread: number, waitMs: number): void {
  if (Atomics.compareExchange(shard.words, MUTEX, 0, thread) === 0) return;
  lockSlowly(shard.words, thread, waitMs);
}

function lockSlowly(words: Int32Array, thread: number, waitMs: number): void {
  for (let spins = 0; spins < SPINS; spins++) {
    if (Atomics.compareExchange(words, MUTEX, 0, thread) === 0) return;
  }
  for (let waited = 0; waited < waitMs; waited += LOOK_AGAIN_MS) {
    Atomics.add(words, WAITERS, 1);
    const holder = Atomics.load(words, MUTEX);
    if (holder !== 0) Atomics.wait(words, MUTEX, holder, LOOK_AGAIN_MS);
    Atomics.sub(words, WAITERS, 1);
    if (Atomics.compareExchange(words, MUTEX, 0, thread) === 0) return;
  }
  throw new ShardLockedError();
}

export function unlock(shard: Shard): void {
  Atomics.store(shard.words, MUTEX, 0);
  if (Atomics.load(shard.words, WAITERS) > 0) Atomics.notify(shard.words, MUTEX, 1);
}

/** Locks and tells readers to keep off, until `leave`. */
export function enter(shard: Shard, thread: number, waitMs: number): void {
  lock(shard, thread, waitMs);
  Atomics.add(shard.words, SEQUENCE, 1);
}

export function leave(shard: Shard): void {
  Atomics.add(shard.words, SEQUENCE, 1);
  unlock(shard);
}

/** x86 keeps a load behind the loads before it; elsewhere only a read-modify-write does. */
const LOADS_IN_ORDER = process.arch === "x64" || process.arch === "ia32";

/** True when no writer has been inside since the sequence was read as `sequence`. */
export function unchangedSince(shard: Shard, sequence: number): boolean {
  if (LOADS_IN_ORDER) return Atomics.load(shard.words, SEQUENCE) === sequence;
  return Atomics.add(shard.words, SEQUENCE, 0) === sequence;
}
