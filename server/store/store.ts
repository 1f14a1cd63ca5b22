/**
 * The entries of a group, off the JavaScript heap, in memory that threads can share, within a byte limit that is never
 * exceeded.
 *
 *      key -> xxh32 -> shard -> bucket -> chain -> entry { header, key, value }
 *
 * Owns the shards and the way from a key to its shard; every write of one key goes through a shard's mutex here. Knows no
 * groups, rings, loaders or clients. DESIGN.md draws the memory.
 */
import type { Edit, Edited } from "../../cluster/edit.ts";
import type { Glimpse } from "../../cluster/outcome.ts";
import type { ValueLoan } from "../../cluster/peer-handlers.ts";
import { xxh32 } from "../../proto/xxh32.ts";
import { Deadlines } from "./deadlines.ts";
import { dateEntry, deleteEntry, editEntry } from "./edit.ts";
import { endOld } from "./entries.ts";
import type { StoreFigures } from "./figures.ts";
import { ABSENT, ENDLESS, Finder, LENT, MISS, MISSING } from "./finder.ts";
import { glimpseOf } from "./glimpse.ts";
import { type MemoryOptions, newMemory, type StoreHandle } from "./handle.ts";
import { findEntry } from "./index-table.ts";
import { enter, leave, lock, unlock } from "./lock.ts";
import { StoreMemory } from "./memory.ts";
import { keepEntry } from "./noeviction.ts";
import type { Population } from "./population.ts";
import { ReadAhead } from "./read-ahead.ts";
import type { Resize } from "./resize.ts";
import type { OnEnd, Shard } from "./shard.ts";
import type { ShardMap } from "./shard-map.ts";
import type { Swept } from "./sweep.ts";

export { ABSENT, LENT, MISS, MISSING } from "./finder.ts";
export type { StoreHandle } from "./handle.ts";
export type { Eviction } from "./layout.ts";

interface StoreOptions extends MemoryOptions {
  /** Another thread's store to share, in place of a new one; maxBytes, eviction and seed are then those of that store. */
  readonly shared?: StoreHandle;
  /** This thread's number among those that share the store, 1 and up. */
  readonly thread?: number;
  /** Promises that no other thread ever writes to the store, so that this thread's reads need not look out for writers. */
  readonly isSoleWriter?: boolean;
  /** How long a call waits for a locked shard before it throws ShardLockedError (`find`: MISS). Default 1,000. */
  readonly lockWaitMs?: number;
  /** Is called inside each write: for tests that stop a thread there. */
  readonly insideWrite?: () => void;
}

/** Much longer than a write takes: the holder of a shard that is locked for so long is most likely dead. */
const DEFAULT_LOCK_WAIT_MS = 1000;

export class Store {
  /** All of the memory in use, and its exchange for other memory. */
  readonly memory: StoreMemory;
  readonly #deadlines: Deadlines;
  readonly #lockAs: { readonly thread: number; readonly lockWaitMs: number };
  readonly #insideWrite: (() => void) | undefined;
  readonly finder: Finder;
  readonly #seed: number;
  // Of the memory in use, one memory read nearer; `#use` sets them.
  #shards!: readonly Shard[];
  #shift!: number;
  #mask!: number;
  #ahead!: ReadAhead;
  #resize: Resize | undefined;

  constructor(options: StoreOptions) {
    const handle = options.shared ?? newMemory(options);
    const { clock } = options;
    const deadlines = new Deadlines(clock, handle.epochMs);
    const lockAs = { thread: options.thread ?? 1, lockWaitMs: options.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS };
    this.#seed = handle.seed;
    this.#deadlines = deadlines;
    this.#lockAs = lockAs;
    this.#insideWrite = options.insideWrite;
    const isSoleWriter = options.isSoleWriter ?? false;
    this.finder = new Finder({ ...lockAs, now: () => deadlines.now(), isSoleWriter });
    const used = (map: ShardMap, resize: Resize | undefined) => this.#use(map, resize);
    const isNew = options.shared === undefined;
    this.memory = new StoreMemory(handle, isNew, { clock, deadlines, lockAs, used });
  }

  /** What another thread needs to share the store. It is another one after a change of memory. */
  get handle(): StoreHandle {
    return this.memory.handle;
  }

  /**
   * Looks the key `chunk[start, end)` up: the length of its value, MISS or ABSENT. A hit counts as a use. `copyFound`
   * then copies the value and `foundIntact` says whether the copy is whole; or `finder.lend` lends it. Allocates nothing.
   */
  find(chunk: Uint8Array, start: number, end: number, hash = this.hashOf(chunk, start, end)): number {
    return this.finder.find(this.#shardOf(hash), hash, chunk, start, end, true);
  }

  /** The hash of a key in this store, for a caller that needs it before it looks the key up. */
  hashOf(chunk: Uint8Array, start: number, end: number): number {
    return xxh32(chunk, start, end, this.#seed);
  }

  /** Makes the look-ups of `hashes[from, to)` cheaper if they follow at once; at most MAX_AHEAD hashes. */
  readAhead(hashes: Int32Array, from: number, to: number): void {
    this.#ahead.fetch(hashes, from, to);
  }

  /** Copies the value last found to `target[at...]`; `view` is a DataView of the target. */
  copyFound(target: Buffer, view: DataView, at: number): void {
    this.finder.copy(target, view, at);
  }

  /** False: another thread has written to the shard since `find`, so the copy may be torn and `find` must be repeated. */
  foundIntact(): boolean {
    return this.finder.intact();
  }

  /** A copy of the value (null: "not found") and its life; undefined: a miss. A use. LENT: a large one went to `loan`. */
  get(key: Uint8Array, loan?: ValueLoan): { value: Buffer | null; ttlMs: number | undefined } | undefined {
    for (;;) {
      const length = this.find(key, 0, key.length);
      if (length === MISS) return undefined;
      const ttlMs = this.#deadlines.ttlMs(this.finder.deadline);
      if (length === ABSENT) return { value: null, ttlMs };
      const isLent = length >= (loan?.leastBytes ?? Number.POSITIVE_INFINITY);
      if (isLent && this.finder.lend((value) => loan!.use(value, ttlMs))) return LENT;
      const value = this.finder.taken();
      if (this.finder.intact()) return { value, ttlMs };
    }
  }

  /** What the store has of a key. Does not count as a use. */
  look(key: Uint8Array): Glimpse {
    const hash = xxh32(key, 0, key.length, this.#seed);
    this.#resize?.bring(hash, key, 0, key.length);
    const shard = this.#shardOf(hash);
    lock(shard, this.#lockAs.thread, this.#lockAs.lockWaitMs);
    try {
      return glimpseOf(shard, hash, key, this.#deadlines);
    } finally {
      unlock(shard);
    }
  }

  /** The milliseconds that the value of the key `chunk[start, end)` has left, or ENDLESS; MISSING: there is none. No use. */
  lifeOf(chunk: Uint8Array, start: number, end: number): number {
    const hash = this.hashOf(chunk, start, end);
    if (this.finder.find(this.#shardOf(hash), hash, chunk, start, end, false) < 0) return MISSING;
    return this.#deadlines.ttlMs(this.finder.deadline) ?? ENDLESS;
  }

  /**
   * Keeps a copy of `value` (null: the origin does not have the key) for `ttlMs` (undefined: until it is evicted; 0 or
   * less: not at all). False: the entry does not fit, as in a store that is full and evicts nothing. Then the key has no
   * entry any more, not even an older one.
   */
  put(key: Uint8Array, value: Uint8Array | null, ttlMs: number | undefined): boolean {
    const now = this.#deadlines.now();
    return this.#keep(key, value, this.#deadlines.after(now, ttlMs), now, true);
  }

  /** As `put` at this reading of the clock, but what the store has of a key stays when a new value finds no room. */
  set(key: Uint8Array, value: Uint8Array, ttlMs: number | undefined, clockMs: number): boolean {
    const now = this.#deadlines.of(clockMs);
    return this.#keep(key, value, this.#deadlines.after(now, ttlMs), now, false);
  }

  /**
   * Looks at an entry, decides and changes it, all under one lock. No operation makes a value longer than `maxValueBytes`.
   */
  edit(key: Uint8Array, edit: Edit, maxValueBytes = Number.POSITIVE_INFINITY): Edited {
    const hash = xxh32(key, 0, key.length, this.#seed);
    this.#resize?.bring(hash, key, 0, key.length);
    const shard = this.#shardOf(hash);
    const now = this.#deadlines.now();
    const { life } = edit;
    const ttlMs = life === "endless" ? undefined : life;
    const deadline = ttlMs === "keep" ? undefined : this.#deadlines.after(now, ttlMs);
    this.#enter(shard);
    try {
      const edited = editEntry(shard, hash, key, edit, deadline, now, maxValueBytes);
      const idleMs = edited.held ? this.memory.idleMs(shard, edited.stamp) : undefined;
      return idleMs === undefined ? edited : { ...edited, idleMs };
    } finally {
      leave(shard);
    }
  }

  /** Reads the shards' clocks of uses, so that edits can tell how long ago a use was. Call it once a second. */
  noteUseTimes(): void {
    this.memory.noteUseTimes();
  }

  /** Ends the entry of the key `chunk[start, end)`. True: it had a value and was alive. */
  delete(chunk: Uint8Array, start = 0, end = chunk.length): boolean {
    const hash = xxh32(chunk, start, end, this.#seed);
    this.#resize?.bring(hash, chunk, start, end);
    const shard = this.#shardOf(hash);
    this.#enter(shard);
    try {
      return deleteEntry(shard, hash, chunk, start, end, this.#deadlines.now());
    } finally {
      leave(shard);
    }
  }

  /** Has the value of the key `chunk[start, end)` end in `ttlMs`, more than 0; counts as a use. False: nothing has changed. */
  expire(chunk: Uint8Array, start: number, end: number, ttlMs: number, clockMs: number): boolean {
    const hash = xxh32(chunk, start, end, this.#seed);
    this.#resize?.bring(hash, chunk, start, end);
    const shard = this.#shardOf(hash);
    const now = this.#deadlines.of(clockMs);
    this.#enter(shard);
    try {
      return dateEntry(shard, hash, chunk, start, end, this.#deadlines.after(now, ttlMs), now);
    } finally {
      leave(shard);
    }
  }

  /**
   * The callback that gets the key of every entry that this thread evicts or expires. It is called inside the shard's lock,
   * so it may only note the key. It gets no key that a caller deletes, overwrites or clears while its entry lives.
   */
  get onEnd(): OnEnd | undefined {
    return this.memory.onEnd;
  }

  set onEnd(tell: OnEnd | undefined) {
    this.memory.onEnd = tell;
  }

  /** Removes the entries of a database; undefined: of all databases. A cached "not found" of another may go as well. */
  clear(database?: number): void {
    this.memory.clear(database);
  }

  /**
   * As `clear`, in pieces: call it with the milliseconds that a piece may take until it returns true. What is put meanwhile may
   * be removed or not.
   */
  clearing(database: number): (maxMs: number) => boolean {
    return this.memory.clearing(database);
  }

  /** How many entries of a database there are, and how many of them expire. */
  population(database: number): Population {
    return this.memory.population(database);
  }

  /** A piece of the sweep (sweep.ts): expires entries that are due, for `maxMs` at most. Only one thread may call it. */
  sweep(maxMs: number, leastLooks?: number): Swept {
    return this.memory.sweep(maxMs, leastLooks);
  }

  /**
   * A piece of the live keys. Begin with cursor 0 and go on with the cursor returned, until that is 0. A key that is there
   * throughout comes once or more. Any number is taken for a cursor.
   */
  scan(cursor: number, count: number): { cursor: number; keys: Buffer[] } {
    return this.memory.scan(cursor, count);
  }

  figures(): StoreFigures {
    return this.memory.figures;
  }

  #use(map: ShardMap, resize: Resize | undefined): void {
    this.#shards = map.shards;
    this.#shift = map.bits.shift;
    this.#mask = map.bits.mask;
    this.#ahead = new ReadAhead(map.shards, map.bits.shift);
    this.#resize = resize;
    this.finder.bring = resize && ((hash, chunk, start, end) => resize.bring(hash, chunk, start, end));
    this.finder.forget();
  }

  #keep(key: Uint8Array, value: Uint8Array | null, deadline: number, now: number, endsOld: boolean): boolean {
    const hash = xxh32(key, 0, key.length, this.#seed);
    this.#resize?.bring(hash, key, 0, key.length);
    const shard = this.#shardOf(hash);
    this.#enter(shard);
    try {
      const isKept = keepEntry(shard, hash, key, value, deadline, now);
      const old = isKept || !endsOld ? 0 : findEntry(shard, hash, key, 0, key.length);
      if (old !== 0) endOld(shard, old, now);
      return isKept;
    } finally {
      leave(shard);
    }
  }

  #shardOf(hash: number): Shard {
    return this.#shards[(hash >>> this.#shift) & this.#mask]!;
  }

  #enter(shard: Shard): void {
    enter(shard, this.#lockAs.thread, this.#lockAs.lockWaitMs);
    if (this.#insideWrite !== undefined) this.#insideWrite();
  }
}
