/**
 * Goes through one shard, a bucket at a time: for a scan, and to remove a database.
 *
 * A position is a point in the space of bit-reversed hashes. At every size of the table, a bucket is an interval of that
 * space. A step treats the bucket that the position is in and goes on to the end of its interval. When the table grows
 * between two steps, it splits intervals and moves none, so an entry that is present throughout is met exactly once, and
 * every number is a valid position. The caller holds the mutex.
 */
import { databaseOf, MAX_HIDDEN_BYTES } from "./database-key.ts";
import { removeEntry } from "./entries.ts";
import { deadlineOf } from "./header.ts";
import { bucketOf, keyAt } from "./index-table.ts";
import { CHAIN, IS_ABSENT, LEVEL_MASK, SIZES, SPLIT, VALUE } from "./layout.ts";
import type { Shard } from "./shard.ts";

/** Positions of a shard are 0 to POSITIONS - 1. */
export const POSITIONS = 2 ** 32;

/**
 * Adds copies of the live keys in the bucket at `position`, if `isWanted`, to `keys`; returns the next position, POSITIONS at
 * the end.
 */
export function scanBucket(
  shard: Shard,
  position: number,
  now: number,
  keys: Buffer[],
  isWanted?: (ref: number) => boolean,
): number {
  const { words } = shard;
  for (let ref = words[bucketOf(shard, reversed(position))]!; ref !== 0; ref = words[ref + CHAIN]!) {
    if (deadlineOf(words, ref) <= now || (words[ref + VALUE]! & IS_ABSENT) !== 0) continue;
    if (isWanted !== undefined && !isWanted(ref)) continue;
    const at = keyAt(words, ref);
    const key = Buffer.allocUnsafe(words[ref + SIZES]! & 0xffff);
    shard.buffer.copy(key, 0, at, at + key.length);
    keys.push(key);
  }
  return afterBucket(shard, position);
}

/**
 * Removes every entry of a database from the bucket at `position`; returns the next position. `before` is called before each
 * removal: from then on readers must be kept off.
 */
export function removeFromBucket(
  shard: Shard,
  position: number,
  database: number,
  before: () => void,
): number {
  for (let ref = firstOf(shard, position, database); ref !== 0; ref = firstOf(shard, position, database)) {
    before();
    removeEntry(shard, ref);
  }
  return afterBucket(shard, position);
}

/** The first entry of a database in the bucket at `position`, or 0. */
function firstOf(shard: Shard, position: number, database: number): number {
  const { words } = shard;
  let ref = words[bucketOf(shard, reversed(position))]!;
  while (ref !== 0 && databaseAt(shard, ref) !== database) ref = words[ref + CHAIN]!;
  return ref;
}

/** The database of an entry's key. */
function databaseAt({ words, buffer }: Shard, ref: number): number {
  const at = keyAt(words, ref);
  const length = words[ref + SIZES]! & 0xffff;
  return databaseOf(buffer.subarray(at, at + Math.min(length, MAX_HIDDEN_BYTES)));
}

/** Where the next bucket begins. */
function afterBucket(shard: Shard, position: number): number {
  const mask = shard.words[LEVEL_MASK]!;
  const low = reversed(position) & mask;
  const buckets = low < shard.words[SPLIT]! ? (mask + 1) * 2 : mask + 1;
  const size = POSITIONS / buckets;
  return (Math.floor(position / size) + 1) * size;
}

/** The position of a hash. */
export function positionOf(hash: number): number {
  return reversed(hash) >>> 0;
}

function reversed(bits: number): number {
  let v = bits | 0;
  v = ((v >>> 1) & 0x55555555) | ((v & 0x55555555) << 1);
  v = ((v >>> 2) & 0x33333333) | ((v & 0x33333333) << 2);
  v = ((v >>> 4) & 0x0f0f0f0f) | ((v & 0x0f0f0f0f) << 4);
  v = ((v >>> 8) & 0x00ff00ff) | ((v & 0x00ff00ff) << 8);
  return (v >>> 16) | (v << 16);
}
