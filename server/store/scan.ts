/**
 * Goes through all shards of a store, a bounded piece at a time: the scan for SCAN and KEYS.
 *
 *      cursor = shard number x 2^32 + position in the shard (walk.ts)
 *
 * Owns the order of the shards and the locking around each bucket. Nothing is kept for a scan between two pieces.
 */
import type { Deadlines } from "./deadlines.ts";
import { lock, unlock } from "./lock.ts";
import type { Shard } from "./shard.ts";
import { POSITIONS, scanBucket } from "./walk.ts";

/** The most buckets that a scan visits for each key that its caller wants: after many deletes, most buckets are empty. */
const BUCKETS_A_KEY = 16;

interface ScanOptions {
  readonly shards: readonly Shard[];
  readonly deadlines: Deadlines;
  readonly thread: number;
  readonly lockWaitMs: number;
}

export class Scan {
  readonly #shards: readonly Shard[];
  readonly #deadlines: Deadlines;
  readonly #thread: number;
  readonly #lockWaitMs: number;

  constructor(options: ScanOptions) {
    this.#shards = options.shards;
    this.#deadlines = options.deadlines;
    this.#thread = options.thread;
    this.#lockWaitMs = options.lockWaitMs;
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
}
