/**
 * The mutex of a shard, and the sequence number by which readers notice a writer.
 *
 * A writer holds the mutex, and makes the sequence odd while it changes words that readers read. A reader that sees the
 * same even number before and after has read no half-done write. Does not know what is written.
 */
import { MUTEX, SEQUENCE, WAITERS } from "./layout.ts";
import type { Shard } from "./shard.ts";

/** The mutex did not come free in time: most likely its holder is dead and the shard not recovered yet. */
export class ShardLockedError extends Error {
  constructor() {
    super("a shard of the store stays locked: the thread that locked it may be dead");
  }
}

/** A waiting thread looks again after this time, because a wake-up is lost if the thread that got it dies. */
const LOOK_AGAIN_MS = 10;
const SPINS = 200;

/** Takes the mutex for `thread`, which is not 0. Throws ShardLockedError after `waitMs`. */
export function lock(shard: Shard, thread: number, waitMs: number): void {
  if (Atomics.compareExchange(shard.words, MUTEX, 0, thread) === 0) return;
  lockSlowly(shard.words, thread, waitMs);
}

/** Takes the mutex if it is free and nobody waits for it: a caller that can do without it keeps no writer out. */
export function tryLock({ words }: Shard, thread: number): boolean {
  return Atomics.load(words, WAITERS) === 0 && Atomics.compareExchange(words, MUTEX, 0, thread) === 0;
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

/** Takes the mutex and keeps readers off, until `leave`. Both do nothing where no other thread is. */
export function enter(shard: Shard, thread: number, waitMs: number): void {
  if (shard.isOnlyThreads) return;
  lock(shard, thread, waitMs);
  Atomics.add(shard.words, SEQUENCE, 1);
}

export function leave(shard: Shard): void {
  if (shard.isOnlyThreads) return;
  Atomics.add(shard.words, SEQUENCE, 1);
  unlock(shard);
}

/** x86 keeps a load behind the loads before it; elsewhere only a read-modify-write does. */
const LOADS_IN_ORDER = process.arch === "x64" || process.arch === "ia32";

/** True: no writer has been inside since the sequence was read as `sequence`. */
export function unchangedSince(shard: Shard, sequence: number): boolean {
  if (LOADS_IN_ORDER) return Atomics.load(shard.words, SEQUENCE) === sequence;
  return Atomics.add(shard.words, SEQUENCE, 0) === sequence;
}
