/**
 * Goes through all shards of a store, a bounded piece at a time: the scan for SCAN and KEYS.
 *
 *      cursor = place of the shard among 256, 8 bits | position in the shard, 32 bits (walk.ts)
 *
 * Owns the order of the shards and the locking around each bucket. Nothing is kept for a scan between two pieces: the low
 * bits of the position, which no bucket needs, say how many shards there were. When there are fewer now, a shard begins
 * anew, because its entries lay in several. While entries move to other memory (resize.ts), each piece looks at the same
 * hashes in both.
 */
import type { Deadlines } from "./deadlines.ts";
import { HASH } from "./layout.ts";
import { lock, unlock } from "./lock.ts";
import type { Shard } from "./shard.ts";
import type { ShardMap } from "./shard-map.ts";
import { POSITIONS, positionOf, scanBucket } from "./walk.ts";

/** The most buckets that a scan visits for each key that its caller wants: after many deletes, most buckets are empty. */
const BUCKETS_A_KEY = 16;
const PLACES = 256;
/** No shard has more than 2^26 buckets, so the positions where they begin are multiples of 2^6. */
const TAG_BITS = 4;
const TAG_MASK = 2 ** TAG_BITS - 1;

interface ScanOptions {
  readonly map: ShardMap;
  /** The shards that entries move here from. */
  readonly old: () => readonly Shard[];
  readonly deadlines: Deadlines;
  readonly thread: number;
  readonly lockWaitMs: number;
}

export class Scan {
  readonly #options: ScanOptions;
  /** The base-2 logarithm of the number of shards. */
  readonly #bits: number;

  constructor(options: ScanOptions) {
    this.#options = options;
    this.#bits = Math.log2(options.map.shards.length);
  }

  /** Copies of `count` live keys or a few more, from `cursor` on, and the cursor to go on with; 0: that was all. */
  scan(cursor: number, count: number): { cursor: number; keys: Buffer[] } {
    const { map, deadlines } = this.#options;
    const keys: Buffer[] = [];
    const now = deadlines.now();
    let { index, position } = this.#placeOf(cursor);
    for (let visits = count * BUCKETS_A_KEY; visits > 0 && keys.length < count; visits--) {
      position = this.#piece(index, position, now, keys);
      if (position < POSITIONS) continue;
      position = 0;
      if (++index === map.shards.length) return { cursor: 0, keys };
    }
    return { cursor: this.#cursorOf(index, position), keys };
  }

  /** Scans the bucket at a position, and the same hashes in old memory; returns the next position. */
  #piece(index: number, position: number, now: number, keys: Buffer[]): number {
    const { map, old } = this.#options;
    const next = this.#locked(map.shards[index]!, (shard) => scanBucket(shard, position, now, keys));
    for (const shard of old()) {
      const isOurs = (ref: number) => {
        const hash = shard.words[ref + HASH]!;
        const at = positionOf(hash);
        return map.bits.indexOf(hash) === index && at >= position && at < next;
      };
      this.#locked(shard, () => {
        for (let at = position; at < next; ) at = scanBucket(shard, at, now, keys, isOurs);
      });
    }
    return next;
  }

  #locked<T>(shard: Shard, act: (shard: Shard) => T): T {
    lock(shard, this.#options.thread, this.#options.lockWaitMs);
    try {
      return act(shard);
    } finally {
      unlock(shard);
    }
  }

  #cursorOf(index: number, position: number): number {
    return ((index * PLACES) / 2 ** this.#bits) * POSITIONS + position + this.#bits + 1;
  }

  /** Any number is a cursor. One without a tag is taken as it is. */
  #placeOf(cursor: number): { index: number; position: number } {
    const at = Number.isFinite(cursor) ? Math.abs(Math.trunc(cursor)) % (PLACES * POSITIONS) : 0;
    const tag = at % (TAG_MASK + 1);
    const index = Math.floor(at / POSITIONS / (PLACES / 2 ** this.#bits));
    const isMerged = tag > this.#bits + 1;
    return { index, position: isMerged ? 0 : (at % POSITIONS) - tag };
  }
}
