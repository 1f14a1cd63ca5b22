/**
 * The ghosts of `s3fifo`: what the small queue has thrown out lately, by fingerprint.
 *
 * A table of sets of eight words; a word is 12 bits of the hash and the time of the eviction, in bytes evicted so far,
 * so a ghost lives until nine tenths of the limit have been evicted after it, without a queue. A ghost that is taken
 * makes those older than it live longer, as in a queue it would: the clock goes back by its bytes, in proportion to how
 * many were older. The table is sized at the first eviction, when the number of entries is known. Wrong in some of a
 * thousand cases, which gives a newcomer a place in the main queue. Only the holder of the mutex comes here.
 */
import { ENTRIES, GHOST_CLOCK, GHOST_MASK, powerOfTwoFrom } from "./layout.ts";
import type { Shard } from "./shard.ts";

const WAYS = 8;
/** Ghost time is 20 bits with the limit 2^10 of its units, so that a ghost is taken for a young one after 512 limits. */
const TIME_MASK = 0xfffff;
const UNITS_A_LIMIT = 1 << 10;
const LIFETIME_UNITS = UNITS_A_LIMIT * 0.9;
/** Small tables get room to spare: a few sets fill unevenly. */
const SMALL_TABLE_ENTRIES = 4096;

export function addGhost(shard: Shard, hash: number, bytes: number): void {
  fitTable(shard);
  const { words } = shard;
  shard.counters[GHOST_CLOCK]! += bytes;
  const now = timeOf(shard);
  const set = setOf(shard, hash);
  let place = set;
  let oldest = -TIME_MASK;
  for (let at = set; at < set + WAYS; at++) {
    const age = words[at] === 0 ? TIME_MASK : ageOf(words[at]!, now);
    if (age > oldest) {
      oldest = age;
      place = at;
    }
  }
  words[place] = (hash & ~TIME_MASK) | now;
}

/** True, once, when the key of this hash was thrown out lately; `bytes` is what it takes now. */
export function takeGhost(shard: Shard, hash: number, bytes: number): boolean {
  const { words } = shard;
  if (words[GHOST_MASK] === 0) return false;
  const now = timeOf(shard);
  const set = setOf(shard, hash);
  for (let at = set; at < set + WAYS; at++) {
    const word = words[at]!;
    const age = ageOf(word, now);
    if (word === 0 || ((word ^ hash) & ~TIME_MASK) !== 0 || age > LIFETIME_UNITS) continue;
    words[at] = 0;
    shard.counters[GHOST_CLOCK]! -= bytes * (1 - age / LIFETIME_UNITS);
    return true;
  }
  return false;
}

/** In units; below 0 when the clock went back after this ghost came. */
function ageOf(word: number, now: number): number {
  return ((now - word) << 12) >> 12;
}

function timeOf(shard: Shard): number {
  return Math.floor((shard.counters[GHOST_CLOCK]! / shard.geometry.limitBytes) * UNITS_A_LIMIT) & TIME_MASK;
}

function setOf(shard: Shard, hash: number): number {
  return shard.geometry.ghostsAt + (hash & shard.words[GHOST_MASK]!) * WAYS;
}

/** Starts a table that fits the entries of now when there is none, or theirs have become twice as many. */
function fitTable(shard: Shard): void {
  const { words, geometry } = shard;
  const sets = words[GHOST_MASK] === 0 ? 0 : words[GHOST_MASK]! + 1;
  const entries = words[ENTRIES]!;
  if (sets * WAYS >= entries && sets > 0) return;
  const spare = entries <= SMALL_TABLE_ENTRIES ? 4 : 1;
  const wanted = Math.min(geometry.ghostWords, Math.max(16, powerOfTwoFrom(entries * spare)));
  if (wanted <= sets * WAYS) return;
  words.fill(0, geometry.ghostsAt, geometry.ghostsAt + wanted);
  words[GHOST_MASK] = wanted / WAYS - 1;
}
