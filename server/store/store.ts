/**
 * The entries a group holds, within a byte limit that is never exceeded, off the heap and ready to be shared.
 *
 *      key -> xxh32 -> shard -> bucket -> chain -> entry { header, key, value }
 *
 * Owns the shards and the way from a key to its shard; every write goes through a shard's mutex here. It does not know
 * groups, rings, loaders or clients. DESIGN.md draws the memory.
 */
import type { Edit, Edited } from "../../cluster/edit.ts";
import type { Glimpse } from "../../cluster/outcome.ts";
import { xxh32 } from "../../proto/xxh32.ts";
import { tableWords } from "./arena.ts";
import { editEntry } from "./edit.ts";
import { deadlineOf, endOld, expire, footprintOf, removeEntry } from "./entries.ts";
import { ABSENT, Finder, MISS } from "./finder.ts";
import { newMemory, type StoreHandle } from "./handle.ts";
import { bucketCount, findEntry } from "./index-table.ts";
import {
  ABSENTS,
  DEADLINE_UNITS_A_MS,
  END,
  ENTRIES,
  EVICTIONS,
  type Eviction,
  EXPIRATIONS,
  geometryOf,
  IS_ABSENT,
  LENGTH_MASK,
  MAX_DEADLINE,
  MOVES,
  MUTEX,
  SEQUENCE,
  TICK,
  USED_BYTES,
  VALUE,
} from "./layout.ts";
import { enter, leave, lock, unlock } from "./lock.ts";
import { keepEntry } from "./noeviction.ts";
import { ReadAhead } from "./read-ahead.ts";
import { emptyShard, Shard } from "./shard.ts";
import { UseTimes } from "./use-times.ts";
import { afterBucket, dueEntry, expireBucket, POSITIONS, scanBucket } from "./walk.ts";

export { ABSENT, MISS } from "./finder.ts";
export type { StoreHandle } from "./handle.ts";
export type { Eviction } from "./layout.ts";

export interface StoreFigures {
  /** Entries held, expired ones that have not been swept yet among them. */
  readonly entries: number;
  /** How many of them are a cached "not found". */
  readonly absents: number;
  /** The footprints of all entries; never above maxBytes. */
  readonly usedBytes: number;
  readonly maxBytes: number;
  /** Bytes of the store that have been written at least once, which is what it adds to the process. */
  readonly touchedBytes: number;
  readonly shards: number;
  readonly evictions: number;
  readonly expirations: number;
  /** Entries moved within the log to make contiguous room. */
  readonly moves: number;
}

export interface StoreOptions {
  readonly maxBytes: number;
  readonly eviction: Eviction;
  /** Monotonic, in milliseconds, may be fractional; the same for all threads that share the store. */
  readonly clock: () => number;
  /** The largest value expected: shards are made so that four fit into one. Default 8 MiB. */
  readonly maxValueBytes?: number;
  /** Seed of the keys' hash. Default: random, so that nobody can choose keys that meet in one bucket. */
  readonly seed?: number;
  /** Another thread's store to share, in place of a new one; maxBytes, eviction and seed are that one's. */
  readonly shared?: StoreHandle;
  /** Number of this thread among those that share the store, 1 and up. */
  readonly thread?: number;
  /** Nobody but this thread ever writes to the store, so that its reads need not look whether somebody does. */
  readonly isSoleWriter?: boolean;
  /** How long a call waits for a locked shard before it throws ShardLockedError (`find`: MISS). Default 1,000. */
  readonly lockWaitMs?: number;
  /** Called inside each write, for tests that stop a thread there. */
  readonly insideWrite?: () => void;
}

const DEFAULT_LOCK_WAIT_MS = 1000;

/** Buckets that a scan visits at most for each key it was asked for, and a sweep under one lock. */
const BUCKETS_A_KEY = 16;
const BUCKETS_A_LOCK = 64;

export class Store {
  readonly handle: StoreHandle;
  readonly #shards: readonly Shard[];
  readonly #shift: number;
  readonly #mask: number;
  readonly #seed: number;
  readonly #clock: () => number;
  readonly #epochMs: number;
  readonly #thread: number;
  readonly #lockWaitMs: number;
  readonly #insideWrite: (() => void) | undefined;
  readonly #finder: Finder;
  readonly #ahead: ReadAhead;
  /** Where the sweep goes on: a position as a scan's. */
  #swept = 0;
  /** Undefined where the policy keeps no order of uses. */
  readonly #useTimes: ReadonlyMap<Shard, UseTimes> | undefined;

  constructor(options: StoreOptions) {
    this.handle = options.shared ?? newMemory(options);
    const { memory, maxBytes, eviction } = this.handle;
    const geometry = geometryOf(Math.floor(maxBytes / memory.length), eviction);
    this.#shards = memory.map((part) => new Shard(part, geometry));
    if (options.shared === undefined) this.#shards.forEach(emptyShard);
    if (eviction !== "s3fifo") this.#useTimes = new Map(this.#shards.map((shard) => [shard, new UseTimes()]));
    this.#mask = memory.length - 1;
    this.#shift = Math.clz32(this.#mask);
    this.#seed = this.handle.seed;
    this.#clock = options.clock;
    this.#epochMs = this.handle.epochMs;
    this.#thread = options.thread ?? 1;
    this.#lockWaitMs = options.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS;
    this.#insideWrite = options.insideWrite;
    this.#ahead = new ReadAhead(this.#shards, this.#shift);
    const now = () => this.#now();
    this.#finder = new Finder({
      now,
      thread: this.#thread,
      lockWaitMs: this.#lockWaitMs,
      isSoleWriter: options.isSoleWriter ?? false,
    });
  }

  /**
   * Looks the key `chunk[start, end)` up: the length of its value, MISS or ABSENT. A hit counts as a use. Allocates
   * nothing; follow it with `copyFound` and, where threads share the store, `foundIntact`.
   */
  find(chunk: Uint8Array, start: number, end: number, hash = this.hashOf(chunk, start, end)): number {
    return this.#finder.find(this.#shardOf(hash), hash, chunk, start, end, true);
  }

  /** The hash of a key in this store, for those who have a use for it before they look the key up. */
  hashOf(chunk: Uint8Array, start: number, end: number): number {
    return xxh32(chunk, start, end, this.#seed);
  }

  /** Makes the look-ups of `hashes[from, to)` that follow at once cheaper: at most MAX_AHEAD of them. */
  readAhead(hashes: Int32Array, from: number, to: number): void {
    this.#ahead.fetch(hashes, from, to);
  }

  /** Copies the value last found to `target[at...]`; `view` is a view of the target. */
  copyFound(target: Uint8Array, view: DataView, at: number): void {
    this.#finder.copy(target, view, at);
  }

  /** False: a writer was in the shard since `find`, so the copy may be torn: find again. One thread: always true. */
  foundIntact(): boolean {
    return this.#finder.intact();
  }

  /** The value as a copy (null: a cached "not found") and its remaining life; undefined: nothing known. Counts as a use. */
  get(key: Uint8Array): { value: Buffer | null; ttlMs: number | undefined } | undefined {
    for (;;) {
      const length = this.find(key, 0, key.length);
      if (length === MISS) return undefined;
      const ttlMs = this.#ttlOf(this.#finder.deadline);
      if (length === ABSENT) return { value: null, ttlMs };
      const value = this.#finder.taken();
      if (this.#finder.intact()) return { value, ttlMs };
    }
  }

  /** What is known of a key; does not count as a use. */
  look(key: Uint8Array): Glimpse {
    const hash = xxh32(key, 0, key.length, this.#seed);
    const shard = this.#shardOf(hash);
    lock(shard, this.#thread, this.#lockWaitMs);
    try {
      const ref = findEntry(shard, hash, key, 0, key.length);
      const deadline = ref === 0 ? 0 : deadlineOf(shard.words, ref);
      if (deadline <= this.#now()) return { kind: "missing", bytes: 0, ttlMs: undefined, footprintBytes: 0 };
      const value = shard.words[ref + VALUE]!;
      const isAbsent = (value & IS_ABSENT) !== 0;
      return {
        kind: isAbsent ? "absent" : "value",
        bytes: isAbsent ? 0 : value & LENGTH_MASK,
        ttlMs: this.#ttlOf(deadline),
        footprintBytes: footprintOf(shard, ref),
      };
    } finally {
      unlock(shard);
    }
  }

  /**
   * Keeps a copy of `value` (null: the origin does not have the key) for `ttlMs` (undefined: until it is evicted; not
   * above 0: not at all). False: it does not fit, which with `noeviction` is so while the store is full; nothing is
   * stored and an older entry is gone.
   */
  put(key: Uint8Array, value: Uint8Array | null, ttlMs: number | undefined): boolean {
    const hash = xxh32(key, 0, key.length, this.#seed);
    const shard = this.#shardOf(hash);
    const now = this.#now();
    this.#enter(shard);
    try {
      if (keepEntry(shard, hash, key, value, deadlineAfter(now, ttlMs), now)) return true;
      const old = findEntry(shard, hash, key, 0, key.length);
      if (old !== 0) endOld(shard, old, now);
      return false;
    } finally {
      leave(shard);
    }
  }

  /** Looks at an entry, decides and changes it in one step. */
  edit(key: Uint8Array, edit: Edit): Edited {
    const hash = xxh32(key, 0, key.length, this.#seed);
    const shard = this.#shardOf(hash);
    const now = this.#now();
    const { life } = edit;
    const deadline = life === "keep" ? undefined : deadlineAfter(now, life === "endless" ? undefined : life);
    this.#enter(shard);
    try {
      const edited = editEntry(shard, hash, key, edit, deadline, now);
      const times = this.#useTimes?.get(shard);
      if (!edited.held || times === undefined) return edited;
      return { ...edited, idleMs: times.idleMs(this.#clock(), edited.stamp) };
    } finally {
      leave(shard);
    }
  }

  /** Takes a reading of the uses, so that edits can tell how long ago one was: to be called about once a second. */
  noteUseTimes(): void {
    const nowMs = this.#clock();
    for (const [shard, times] of this.#useTimes ?? []) times.note(nowMs, shard.words[TICK]!);
  }

  /** Ends the entry; true when it was there, alive and not a cached "not found". */
  delete(key: Uint8Array): boolean {
    const hash = xxh32(key, 0, key.length, this.#seed);
    const shard = this.#shardOf(hash);
    this.#enter(shard);
    try {
      const ref = findEntry(shard, hash, key, 0, key.length);
      if (ref === 0) return false;
      if (deadlineOf(shard.words, ref) <= this.#now()) {
        expire(shard, ref);
        return false;
      }
      const isAbsent = (shard.words[ref + VALUE]! & IS_ABSENT) !== 0;
      removeEntry(shard, ref);
      return !isAbsent;
    } finally {
      leave(shard);
    }
  }

  /**
   * Has `tell` called with the key of every entry that this thread evicts or expires; inside the shard's lock, so it must
   * only note the key.
   */
  set onEnd(tell: ((key: Buffer) => void) | undefined) {
    for (const shard of this.#shards) shard.onEnd = tell;
  }

  clear(): void {
    for (const shard of this.#shards) {
      this.#enter(shard);
      emptyShard(shard);
      leave(shard);
    }
  }

  /** Expires what is due in the next `budget` buckets, about as many entries; returns how many. Goes round by itself. */
  sweep(budget: number): number {
    let expired = 0;
    for (let left = budget; left > 0; left -= BUCKETS_A_LOCK) {
      const index = Math.floor(this.#swept / POSITIONS) % this.#shards.length;
      const position = this.#sweepSome(index, this.#swept % POSITIONS, Math.min(left, BUCKETS_A_LOCK));
      expired += position.expired;
      this.#swept = (index * POSITIONS + position.next) % (this.#shards.length * POSITIONS);
    }
    return expired;
  }

  /**
   * Keys of live entries, a bounded piece at a time: begin with cursor 0, go on with the cursor returned until it is 0
   * again. A key that is there throughout is returned once or more; any number is taken for a cursor.
   */
  scan(cursor: number, count: number): { cursor: number; keys: Buffer[] } {
    const keys: Buffer[] = [];
    const end = this.#shards.length * POSITIONS;
    const now = this.#now();
    let at = Number.isFinite(cursor) ? Math.abs(Math.trunc(cursor)) % end : 0;
    for (let visits = count * BUCKETS_A_KEY; visits > 0 && keys.length < count && at < end; visits--) {
      const index = Math.floor(at / POSITIONS);
      const shard = this.#shards[index]!;
      lock(shard, this.#thread, this.#lockWaitMs);
      at = index * POSITIONS + scanBucket(shard, at % POSITIONS, now, keys);
      unlock(shard);
    }
    return { cursor: at % end, keys };
  }

  figures(): StoreFigures {
    const sum = (part: (shard: Shard) => number) =>
      this.#shards.reduce((total, each) => total + part(each), 0);
    return {
      entries: sum((shard) => shard.words[ENTRIES]!),
      absents: sum((shard) => shard.words[ABSENTS]!),
      usedBytes: sum((shard) => shard.words[USED_BYTES]!),
      maxBytes: this.handle.maxBytes,
      touchedBytes: sum(touchedBytes),
      shards: this.#shards.length,
      evictions: sum((shard) => shard.counters[EVICTIONS]!),
      expirations: sum((shard) => shard.counters[EXPIRATIONS]!),
      moves: sum((shard) => shard.counters[MOVES]!),
    };
  }

  /** Empties and frees what thread number `thread` held locked when it died; returns how many shards that were. */
  recoverThread(thread: number): number {
    let recovered = 0;
    for (let index = 0; index < this.#shards.length; index++) {
      if (Atomics.load(this.#shards[index]!.words, MUTEX) !== thread) continue;
      this.recoverShard(index);
      recovered++;
    }
    return recovered;
  }

  /** Empties and frees one shard whose holder is known to be dead. */
  recoverShard(index: number): void {
    const shard = this.#shards[index]!;
    if ((Atomics.load(shard.words, SEQUENCE) & 1) === 0) Atomics.add(shard.words, SEQUENCE, 1);
    emptyShard(shard);
    leave(shard);
  }

  #shardOf(hash: number): Shard {
    return this.#shards[(hash >>> this.#shift) & this.#mask]!;
  }

  /** Now, in units of deadlines since the epoch. */
  #now(): number {
    return (this.#clock() - this.#epochMs) * DEADLINE_UNITS_A_MS;
  }

  #ttlOf(deadline: number): number | undefined {
    if (deadline === Number.POSITIVE_INFINITY) return undefined;
    return Math.max(0, deadline - this.#now()) / DEADLINE_UNITS_A_MS;
  }

  #enter(shard: Shard): void {
    enter(shard, this.#thread, this.#lockWaitMs);
    if (this.#insideWrite !== undefined) this.#insideWrite();
  }

  /** Sweeps up to `buckets` of one shard under one lock; readers are kept off only while something is due. */
  #sweepSome(index: number, position: number, buckets: number): { next: number; expired: number } {
    const shard = this.#shards[index]!;
    const now = this.#now();
    let expired = 0;
    let at = position;
    lock(shard, this.#thread, this.#lockWaitMs);
    for (let i = 0; i < buckets && at < POSITIONS; i++) {
      if (dueEntry(shard, at, now) !== 0) {
        Atomics.add(shard.words, SEQUENCE, 1);
        expired += expireBucket(shard, at, now);
        Atomics.add(shard.words, SEQUENCE, 1);
      }
      at = afterBucket(shard, at);
    }
    unlock(shard);
    return { next: at, expired };
  }
}

/** In units since the epoch; Infinity: never. */
function deadlineAfter(now: number, ttlMs: number | undefined): number {
  if (ttlMs === undefined) return Number.POSITIVE_INFINITY;
  const deadline = Math.round(now + ttlMs * DEADLINE_UNITS_A_MS);
  return deadline > 0 ? Math.min(deadline, MAX_DEADLINE) : 0;
}

function touchedBytes(shard: Shard): number {
  const { words, geometry } = shard;
  return (words[END]! - geometry.arenaAt + tableWords(shard) + bucketCount(shard)) * 4;
}
