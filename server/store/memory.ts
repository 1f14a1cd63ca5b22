/**
 * The memory that a store uses now, what looks at all of it, and its exchange for other memory.
 *
 * Keeps: from `moveTo` until the last entry has moved, everything here looks at both memories. Does not know how one key is
 * read or written; a store that has other memory now is told by `used`.
 */
import { Clearing } from "./clearing.ts";
import type { Deadlines } from "./deadlines.ts";
import { emptyShard, recoverThread } from "./empty-shard.ts";
import { figuresOf, type StoreFigures } from "./figures.ts";
import { type MemoryOptions, otherMemory, type StoreHandle } from "./handle.ts";
import { DEADLINE_UNITS_A_MS, TICK } from "./layout.ts";
import { enter, leave } from "./lock.ts";
import { type Population, populationOf } from "./population.ts";
import { Resize } from "./resize.ts";
import { Scan } from "./scan.ts";
import type { OnEnd, Shard } from "./shard.ts";
import { ShardMap, whyNotAll } from "./shard-map.ts";
import { Sweep, type Swept } from "./sweep.ts";
import { UseTimes } from "./use-times.ts";

interface StoreMemoryOptions {
  readonly clock: () => number;
  readonly deadlines: Deadlines;
  readonly lockAs: { readonly thread: number; readonly lockWaitMs: number };
  /** Is called when the store is to use these shards, and how it brings an entry of the old ones over, if there are any. */
  readonly used: (map: ShardMap, resize: Resize | undefined) => void;
}

export class StoreMemory {
  readonly #options: StoreMemoryOptions;
  #handle: StoreHandle;
  #map: ShardMap;
  #scan: Scan;
  #sweep: Sweep;
  /** Undefined with `s3fifo`, which counts uses and does not order them. */
  #useTimes: ReadonlyMap<Shard, UseTimes> | undefined;
  /** Undefined: no entry is in other memory. */
  #resize: Resize | undefined;
  #onEnd: OnEnd | undefined;

  /** `isNew`: no thread has used the memory yet. */
  constructor(handle: StoreHandle, isNew: boolean, options: StoreMemoryOptions) {
    this.#options = options;
    this.#handle = handle;
    this.#map = new ShardMap(handle);
    if (isNew) this.#map.shards.forEach(emptyShard);
    this.#scan = this.#newScan();
    this.#sweep = this.#newSweep();
    this.#useTimes = this.#newUseTimes();
    options.used(this.#map, undefined);
  }

  get handle(): StoreHandle {
    return this.#handle;
  }

  get shards(): readonly Shard[] {
    return this.#resize === undefined ? this.#map.shards : [...this.#map.shards, ...this.#resize.shards];
  }

  /** Whether entries are still on their way from other memory. */
  get isMoving(): boolean {
    return this.#resize !== undefined;
  }

  get figures(): StoreFigures {
    return figuresOf(this.shards, this.#handle.maxBytes, this.#options.deadlines.now());
  }

  get onEnd(): OnEnd | undefined {
    return this.#onEnd;
  }

  set onEnd(tell: OnEnd | undefined) {
    this.#onEnd = tell;
    for (const shard of this.shards) shard.onEnd = tell;
  }

  population(database: number): Population {
    return populationOf(this.shards, this.#options.deadlines.now(), database);
  }

  clear(database: number | undefined): void {
    if (database === undefined || this.#hasOnly(database)) this.#empty();
    else this.#clearing(database).step(() => true);
  }

  /** As `clear`, in pieces: each call takes about the milliseconds that it is given, and returns whether all is done. */
  clearing(database: number): (maxMs: number) => boolean {
    const { deadlines } = this.#options;
    const map = this.#map;
    const clearing = this.#clearing(database);
    return (maxMs) => {
      const until = deadlines.now() + maxMs * DEADLINE_UNITS_A_MS;
      const isMoved = this.isMoving || this.#map !== map;
      if (!isMoved && !this.#hasOnly(database)) return clearing.step(() => deadlines.now() < until);
      // Entries that move to other memory would come in behind the walk.
      this.clear(database);
      return true;
    };
  }

  #clearing(database: number): Clearing {
    return new Clearing({ ...this.#options.lockAs, shards: this.shards, database });
  }

  #hasOnly(database: number): boolean {
    return this.population(database).values === this.figures.values;
  }

  #empty(): void {
    const { thread, lockWaitMs } = this.#options.lockAs;
    for (const shard of this.shards) {
      enter(shard, thread, lockWaitMs);
      emptyShard(shard);
      leave(shard);
    }
  }

  sweep(maxMs: number, leastLooks: number | undefined): Swept {
    return this.#sweep.run(maxMs, leastLooks);
  }

  scan(cursor: number, count: number): { cursor: number; keys: Buffer[] } {
    return this.#scan.scan(cursor, count);
  }

  recoverThread(thread: number): number {
    return recoverThread(this.shards, thread);
  }

  noteUseTimes(): void {
    const nowMs = this.#options.clock();
    for (const [shard, times] of this.#useTimes ?? []) times.note(nowMs, shard.words[TICK]!);
  }

  /** How long ago the use with this stamp was; undefined: uses are not ordered. */
  idleMs(shard: Shard, stamp: number): number | undefined {
    return this.#useTimes?.get(shard)?.idleMs(this.#options.clock(), stamp);
  }

  /** Memory of another size or policy, for `moveTo`. Throws a RangeError when the system has none. */
  other(options: Pick<MemoryOptions, "maxBytes" | "eviction" | "maxValueBytes">): StoreHandle {
    return otherMemory(this.#handle, options);
  }

  /** Why the entries cannot move to this memory; undefined: they can. With `noeviction`, none may be lost. */
  whyNot(handle: StoreHandle): string | undefined {
    if (this.isMoving) return "the entries are still moving after the last change, try again later";
    return handle.eviction === "noeviction" ? whyNotAll(this.#map, new ShardMap(handle)) : undefined;
  }

  /** Has the store use this memory, which must be new and allowed by `whyNot`; `moveSome` then moves the entries. */
  moveTo(handle: StoreHandle): void {
    const { lockAs, deadlines } = this.#options;
    const to = new ShardMap(handle);
    for (const shard of to.shards) {
      emptyShard(shard);
      shard.onEnd = this.#onEnd;
    }
    this.#use(handle, to, new Resize(this.#map.shards, { ...lockAs, to, now: () => deadlines.now() }));
  }

  /** Moves entries for about `maxMs`. */
  moveSome(maxMs: number): void {
    const until = this.#options.deadlines.now() + maxMs * DEADLINE_UNITS_A_MS;
    if (this.#resize?.step(until) !== true) return;
    this.#resize = undefined;
    this.#options.used(this.#map, undefined);
  }

  /** Has this thread read the memory that another thread's store has moved to. Nothing happens where it does already. */
  follow(handle: StoreHandle): void {
    if (handle.memory[0] !== this.#handle.memory[0]) this.#use(handle, new ShardMap(handle), undefined);
  }

  #use(handle: StoreHandle, map: ShardMap, resize: Resize | undefined): void {
    this.#handle = handle;
    this.#map = map;
    this.#resize = resize;
    this.#scan = this.#newScan();
    this.#sweep = this.#newSweep();
    this.#useTimes = this.#newUseTimes();
    this.#options.used(map, resize);
  }

  #newScan(): Scan {
    const { lockAs, deadlines } = this.#options;
    return new Scan({ ...lockAs, map: this.#map, old: () => this.#resize?.shards ?? [], deadlines });
  }

  #newSweep(): Sweep {
    const { lockAs, deadlines } = this.#options;
    return new Sweep({ ...lockAs, shards: this.#map.shards, deadlines });
  }

  #newUseTimes(): ReadonlyMap<Shard, UseTimes> | undefined {
    if (this.#handle.eviction === "s3fifo") return undefined;
    return new Map(this.#map.shards.map((shard) => [shard, new UseTimes()]));
  }
}
