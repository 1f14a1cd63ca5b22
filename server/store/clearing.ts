/**
 * Removes the entries of one database from the shards, a bounded piece at a time.
 *
 * Invariant: what was there when it began is gone when `step` has returned true; what is put meanwhile may be gone or not. A
 * shard is locked for some dozen buckets at a time. A table that grows meanwhile hides no entry (walk.ts); shards that get
 * entries from other memory do, so the caller must not let that happen.
 */
import { SEQUENCE } from "./layout.ts";
import { lock, unlock } from "./lock.ts";
import type { Shard } from "./shard.ts";
import { POSITIONS, removeFromBucket } from "./walk.ts";

/** The buckets visited under one lock, with an entry each or two. They bound how long a writer of another thread waits. */
const BUCKETS_A_LOCK = 64;

export interface ClearingOptions {
  readonly shards: readonly Shard[];
  readonly database: number;
  readonly thread: number;
  readonly lockWaitMs: number;
}

export class Clearing {
  readonly #options: ClearingOptions;
  /** Where the next piece begins. */
  #shard = 0;
  #position = 0;

  constructor(options: ClearingOptions) {
    this.#options = options;
  }

  /** One piece and more, as long as `hasTime` says so. True: it is done. */
  step(hasTime: () => boolean): boolean {
    const { shards } = this.#options;
    do {
      const shard = shards[this.#shard];
      if (shard === undefined) return true;
      this.#piece(shard);
      if (this.#position < POSITIONS) continue;
      this.#position = 0;
      this.#shard++;
    } while (hasTime());
    return this.#shard === shards.length;
  }

  /** Keeps readers off only while it removes. */
  #piece(shard: Shard): void {
    const { database, thread, lockWaitMs } = this.#options;
    lock(shard, thread, lockWaitMs);
    let isInside = false;
    const enterOnce = () => {
      if (!isInside) Atomics.add(shard.words, SEQUENCE, 1);
      isInside = true;
    };
    for (let i = 0; i < BUCKETS_A_LOCK && this.#position < POSITIONS; i++)
      this.#position = removeFromBucket(shard, this.#position, database, enterOnce);
    if (isInside) Atomics.add(shard.words, SEQUENCE, 1);
    unlock(shard);
  }
}
