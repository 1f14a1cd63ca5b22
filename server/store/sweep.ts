/**
 * The sweep: ends the entries whose time is up, a bounded piece at a time.
 *
 *      shard 0                shard 1                       shard 2
 *      nothing may be due     | swept ──▶ bucket | ahead    ...
 *      (skipped)
 *
 * Nothing is sorted by deadline. The sweep walks the buckets of one shard after the other, and its speed follows what it
 * finds: each entry that it expires earns it the look at BUCKETS_EARNED more buckets. A shard in which nothing can be due
 * (population.ts) costs one comparison. Buckets are visited in the order of memory: a table that grows moves entries only
 * to higher buckets, so none of them gets behind the sweep. Only one thread may sweep a store.
 */
import type { Deadlines } from "./deadlines.ts";
import { expire } from "./entries.ts";
import { deadlineOf } from "./header.ts";
import { bucketCount } from "./index-table.ts";
import { CHAIN, DEADLINE_UNITS_A_MS, SEQUENCE } from "./layout.ts";
import { lock, unlock } from "./lock.ts";
import { allVisited, mayBeDue, noteStays } from "./population.ts";
import type { Shard } from "./shard.ts";

/**
 * While one in so many of the entries is due, the sweep goes on. A look costs about 50 ns among a million entries, so it
 * spends at most 3 us more on an entry than its removal costs, and leaves about one dead entry in a hundred behind.
 */
const BUCKETS_EARNED = 64;
/** Each run looks at this many buckets and this part of them all: with ten runs a second, a round takes two minutes at most. */
const LEAST_LOOKS = 256;
const RUNS_A_ROUND = 1024;
/** The buckets visited and the entries expired under one lock. They bound how long a writer waits for the sweep. */
const BUCKETS_A_LOCK = 64;
const EXPIRED_A_LOCK = 128;

interface SweepOptions {
  readonly shards: readonly Shard[];
  readonly deadlines: Deadlines;
  readonly thread: number;
  readonly lockWaitMs: number;
}

export interface Swept {
  readonly expired: number;
  /** The time was up before the sweep had found little to do. */
  readonly isBehind: boolean;
}

export class Sweep {
  readonly #shards: readonly Shard[];
  readonly #deadlines: Deadlines;
  readonly #thread: number;
  readonly #lockWaitMs: number;
  /** Where the next piece begins. */
  #shard = 0;
  #bucket = 0;
  #expired = 0;

  constructor(options: SweepOptions) {
    this.#shards = options.shards;
    this.#deadlines = options.deadlines;
    this.#thread = options.thread;
    this.#lockWaitMs = options.lockWaitMs;
  }

  /**
   * Looks at `leastLooks` buckets (about as many entries) where something may be due, and at more while many entries are;
   * for `maxMs` at most, and at each bucket at most once.
   */
  run(maxMs: number, leastLooks?: number): Swept {
    this.#expired = 0;
    const until = this.#deadlines.now() + maxMs * DEADLINE_UNITS_A_MS;
    const all = this.#shards.reduce((sum, shard) => sum + bucketCount(shard), 0);
    const least = leastLooks ?? Math.max(LEAST_LOOKS, all / RUNS_A_ROUND);
    let looks = 0;
    let skipped = 0;
    while (looks < Math.min(all, least + this.#expired * BUCKETS_EARNED) && skipped < this.#shards.length) {
      const now = this.#deadlines.now();
      const shard = this.#shards[this.#shard]!;
      if (!mayBeDue(shard, now)) {
        this.#nextShard();
        skipped++;
      } else if (now < until) {
        looks += this.#piece(shard, now);
        skipped = 0;
      } else {
        return { expired: this.#expired, isBehind: true };
      }
    }
    return { expired: this.#expired, isBehind: false };
  }

  /** Sweeps the next buckets of a shard under one lock; returns how many. Keeps readers off only while it expires. */
  #piece(shard: Shard, now: number): number {
    lock(shard, this.#thread, this.#lockWaitMs);
    const count = bucketCount(shard);
    const first = this.#bucket;
    const end = Math.min(first + BUCKETS_A_LOCK, count);
    const most = this.#expired + EXPIRED_A_LOCK;
    while (this.#bucket < end && this.#expired < most) {
      if (dueIn(shard, this.#bucket, now) !== 0) {
        Atomics.add(shard.words, SEQUENCE, 1);
        this.#expired += expireIn(shard, this.#bucket, now);
        Atomics.add(shard.words, SEQUENCE, 1);
      }
      this.#bucket++;
    }
    const looks = Math.max(1, this.#bucket - first);
    if (this.#bucket >= count) {
      allVisited(shard);
      this.#nextShard();
    }
    unlock(shard);
    return looks;
  }

  #nextShard(): void {
    this.#shard = (this.#shard + 1) % this.#shards.length;
    this.#bucket = 0;
  }
}

/** The first entry in a bucket whose time is up at `now`, or 0: then the deadlines of all its entries are noted. */
function dueIn(shard: Shard, bucket: number, now: number): number {
  const { words } = shard;
  for (let ref = words[shard.bucketsAt + bucket]!; ref !== 0; ref = words[ref + CHAIN]!) {
    const deadline = deadlineOf(words, ref);
    if (deadline <= now) return ref;
    noteStays(shard, deadline);
  }
  return 0;
}

/** Expires every entry in a bucket whose time is up; returns how many. The caller keeps readers off. */
export function expireIn(shard: Shard, bucket: number, now: number): number {
  let expired = 0;
  for (let ref = dueIn(shard, bucket, now); ref !== 0; ref = dueIn(shard, bucket, now)) {
    expire(shard, ref);
    expired++;
  }
  return expired;
}
