/**
 * Goes through all shards of a store, a bounded piece at a time: the scan for SCAN and KEYS, and the sweep that expires
 * entries that are due.
 *
 *      place = shard number x 2^32 + position in the shard (walk.ts)
 *
 * Owns the order of the shards and the locking around each piece. A cursor of a scan is such a place, so nothing is kept
 * for a scan; the sweep remembers its own place and starts again behind the last shard.
 */
import type { Deadlines } from "./deadlines.ts";
import { SEQUENCE } from "./layout.ts";
import { lock, unlock } from "./lock.ts";
import type { Shard } from "./shard.ts";
import { afterBucket, dueEntry, expireBucket, POSITIONS, scanBucket } from "./walk.ts";

/** The most buckets that a scan visits for each key that its caller wants: after many deletes, most buckets are empty. */
const BUCKETS_A_KEY = 16;
/** Buckets that a sweep visits under one lock. It bounds how long a writer waits for the sweep. */
const BUCKETS_A_LOCK = 64;

interface RoundsOptions {
  readonly shards: readonly Shard[];
  readonly deadlines: Deadlines;
  readonly thread: number;
  readonly lockWaitMs: number;
}

export class Rounds {
  readonly #shards: readonly Shard[];
  readonly #deadlines: Deadlines;
  readonly #thread: number;
  readonly #lockWaitMs: number;
  /** Where the next sweep begins. */
  #swept = 0;

  constructor(options: RoundsOptions) {
    this.#shards = options.shards;
    this.#deadlines = options.deadlines;
    this.#thread = options.thread;
    this.#lockWaitMs = options.lockWaitMs;
  }

  /** Expires what is due in the next `budget` buckets, which have about as many entries; returns how many it expired. */
  sweep(budget: number): number {
    let expired = 0;
    for (let left = budget; left > 0; left -= BUCKETS_A_LOCK) {
      const index = Math.floor(this.#swept / POSITIONS) % this.#shards.length;
      const piece = this.#sweepPiece(index, this.#swept % POSITIONS, Math.min(left, BUCKETS_A_LOCK));
      expired += piece.expired;
      this.#swept = (index * POSITIONS + piece.next) % (this.#shards.length * POSITIONS);
    }
    return expired;
  }

  /** Copies of `count` live keys or a few more, from `cursor` on, and the cursor to go on with; 0: that was all. */
  scan(cursor: number, count: number): { cursor: number; keys: Buffer[] } {
    const keys: Buffer[] = [];
    const end = this.#shards.length * POSITIONS;
    const now = this.#deadlines.now();
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

  /** Sweeps up to `buckets` of one shard under one lock. Keeps readers off only while something is due. */
  #sweepPiece(index: number, position: number, buckets: number): { next: number; expired: number } {
    const shard = this.#shards[index]!;
    const now = this.#deadlines.now();
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
