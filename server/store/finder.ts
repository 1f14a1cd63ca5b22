/**
 * The read side of the store: finds an entry and copies its value out, without a lock and without an allocation.
 *
 *      sequence even? -> walk the chain -> sequence the same? -> stamp the use -> (caller copies) -> still the same?
 *
 * Bytes read between two equal, even sequence numbers are whole. A reader that writers disturb again and again takes the
 * mutex once and copies the value aside. Remembers the last entry found. Does not know what a key means.
 */
import { copyLong, copyOf, LONG_COPY_BYTES } from "./copies.ts";
import { stampUse } from "./entries.ts";
import { deadlineOf } from "./header.ts";
import { findEntry, keyAt } from "./index-table.ts";
import { DATED, IS_ABSENT, LENGTH_MASK, SEQUENCE, SIZES, SLOT, VALUE } from "./layout.ts";
import { lock, ShardLockedError, tryLock, unchangedSince, unlock } from "./lock.ts";
import type { Shard } from "./shard.ts";

/** What `find` returns in place of a length; ABSENT is a cached "not found". */
export const MISS = -1;
export const ABSENT = -2;
/** What `Store.get` returns in place of a value that has been lent. */
export const LENT = { value: null, ttlMs: 0 } as const;

/** What a store says of a lifetime in place of a time: Redis' replies to TTL. */
export const ENDLESS = -1;
export const MISSING = -2;

/** Look-ups without the mutex before one that takes it. */
const TRIES = 100;

interface FinderOptions {
  /** Now, in the units of deadlines. */
  readonly now: () => number;
  readonly thread: number;
  readonly lockWaitMs: number;
  /** True: no other thread ever writes, so nothing changes while this thread reads. */
  readonly isSoleWriter: boolean;
}

export class Finder {
  /** Brings an entry that is missed over from other memory, while no other thread writes. */
  bring: ((hash: number, chunk: Uint8Array, start: number, end: number) => boolean) | undefined = undefined;
  readonly #now: () => number;
  readonly #thread: number;
  readonly #lockWaitMs: number;
  readonly #isSoleWriter: boolean;
  #shard: Shard | undefined;
  #sequence = 0;
  #slot = 0;
  #at = 0;
  #length = 0;
  /** Written only when an entry has a deadline: to write a float on every hit costs. */
  #deadline = 0.5;
  #isDated = false;
  /** Tries already spent on values that changed while they were copied; 0 after a whole copy. */
  #torn = 0;
  #aside: Buffer = Buffer.alloc(0);

  constructor(options: FinderOptions) {
    this.#now = options.now;
    this.#thread = options.thread;
    this.#lockWaitMs = options.lockWaitMs;
    this.#isSoleWriter = options.isSoleWriter;
  }

  /** Keeps no memory from being given back. */
  forget(): void {
    this.#shard = undefined;
  }

  /** Deadline of the entry last found; Infinity: it has none. */
  get deadline(): number {
    return this.#isDated ? this.#deadline : Number.POSITIVE_INFINITY;
  }

  /** Length of the value of the key `chunk[start, end)`, MISS or ABSENT. With `isUse`, a hit counts as a use. */
  find(shard: Shard, hash: number, chunk: Uint8Array, start: number, end: number, isUse: boolean): number {
    if (this.#isSoleWriter) {
      const length = this.#walk(shard, hash, chunk, start, end);
      if (length === MISS)
        return this.bring?.(hash, chunk, start, end)
          ? this.find(shard, hash, chunk, start, end, isUse)
          : MISS;
      this.#shard = shard;
      if (isUse) stampUse(shard, this.#slot);
      return length;
    }
    for (let tries = this.#torn; tries < TRIES; tries++) {
      const sequence = Atomics.load(shard.words, SEQUENCE);
      if ((sequence & 1) !== 0) continue;
      const length = this.#walk(shard, hash, chunk, start, end);
      if (!unchangedSince(shard, sequence)) continue;
      if (length === MISS && this.bring?.(hash, chunk, start, end)) continue;
      this.#shard = shard;
      this.#sequence = sequence;
      if (isUse && length !== MISS) stampUse(shard, this.#slot);
      return length;
    }
    return this.#findLocked(shard, hash, chunk, start, end, isUse);
  }

  /** Copies the value last found to `target[at...]`, which must have room for it; `view` is a DataView of the target. */
  copy(target: Buffer, view: DataView, at: number): void {
    const shard = this.#shard;
    if (shard === undefined) target.set(this.#aside, at);
    else if (this.#length > LONG_COPY_BYTES)
      copyLong(target, at, shard.bytes, this.#at, this.#at + this.#length);
    else copyShort(view, at, shard.view, this.#at, this.#length);
  }

  /**
   * Calls `use` with a view of the value last found, and keeps writers off its shard meanwhile. False: another thread writes
   * there now or has written since `find`; `use` has not been called.
   */
  lend(use: (value: Buffer) => void): boolean {
    const shard = this.#shard;
    if (shard === undefined) return false;
    if (!this.#isSoleWriter && !tryLock(shard, this.#thread)) return false;
    try {
      if (!this.#isSoleWriter && !unchangedSince(shard, this.#sequence)) return false;
      use(shard.buffer.subarray(this.#at, this.#at + this.#length));
      return true;
    } finally {
      if (!this.#isSoleWriter) unlock(shard);
    }
  }

  /** A copy of the value last found. */
  taken(): Buffer {
    return this.#shard === undefined
      ? this.#aside
      : copyOf(this.#shard.bytes, this.#at, this.#at + this.#length);
  }

  /** False: a writer has been in the shard since the entry was found, so the copy may be torn. */
  intact(): boolean {
    if (this.#isSoleWriter || this.#shard === undefined || unchangedSince(this.#shard, this.#sequence)) {
      this.#torn = 0;
      return true;
    }
    // Fewer tries each time: otherwise writers without end could keep a reader of large values out.
    this.#torn += TRIES / 4;
    return false;
  }

  #walk(shard: Shard, hash: number, chunk: Uint8Array, start: number, end: number): number {
    const { words } = shard;
    const ref = findEntry(shard, hash, chunk, start, end);
    if (ref === 0) return MISS;
    const value = words[ref + VALUE]!;
    this.#isDated = (value & DATED) !== 0;
    if (this.#isDated) {
      this.#deadline = deadlineOf(words, ref);
      if (this.#deadline <= this.#now()) return MISS;
    }
    this.#slot = words[ref + SLOT]!;
    this.#at = keyAt(words, ref) + (words[ref + SIZES]! & 0xffff);
    this.#length = value & LENGTH_MASK;
    return (value & IS_ABSENT) !== 0 ? ABSENT : this.#length;
  }

  #findLocked(
    shard: Shard,
    hash: number,
    chunk: Uint8Array,
    start: number,
    end: number,
    isUse: boolean,
  ): number {
    this.#torn = 0;
    try {
      lock(shard, this.#thread, this.#lockWaitMs);
    } catch (error) {
      if (error instanceof ShardLockedError) return MISS;
      throw error;
    }
    try {
      const length = this.#walk(shard, hash, chunk, start, end);
      if (length !== MISS) {
        this.#aside = copyOf(shard.bytes, this.#at, this.#at + this.#length);
        if (isUse) stampUse(shard, this.#slot);
      }
      this.#shard = undefined;
      return length;
    } finally {
      // The copy may throw for want of memory.
      unlock(shard);
    }
  }
}

function copyShort(target: DataView, at: number, source: DataView, from: number, length: number): void {
  let i = 0;
  for (; i + 16 <= length; i += 16) {
    target.setInt32(at + i, source.getInt32(from + i, true), true);
    target.setInt32(at + i + 4, source.getInt32(from + i + 4, true), true);
    target.setInt32(at + i + 8, source.getInt32(from + i + 8, true), true);
    target.setInt32(at + i + 12, source.getInt32(from + i + 12, true), true);
  }
  for (; i + 4 <= length; i += 4) target.setInt32(at + i, source.getInt32(from + i, true), true);
  for (; i < length; i++) target.setUint8(at + i, source.getUint8(from + i));
}
