/**
 * The ghosts of `s3fifo`: fingerprints of the keys that the small queue has lately evicted.
 *
 * A table of sets of eight words. A word has 12 bits of the key's hash and the time of its eviction. Time is counted in
 * bytes evicted, and a ghost lives until nine tenths of the limit have been evicted after it; so no queue of ghosts is
 * needed. In a queue, taking a ghost out lets the older ones live longer. Here the clock goes back by the ghost's bytes,
 * in proportion to how many ghosts were older. The table gets its size at the first eviction, when the number of entries
 * is known. A few new keys in a thousand are mistaken for a ghost, and start in the main queue. Only the holder of the
 * mutex comes here.
 */
import { ENTRIES, GHOST_CLOCK, GHOST_MASK, powerOfTwoFrom } from "./layout.ts";
import type { Shard } from "./shard.ts";

const WAYS = 8;
/** The time has 20 bits, and a limit is 2^10 units: an old ghost looks young again after 512 limits of evictions. */
const TIME_MASK = 0xfffff;
const UNITS_A_LIMIT = 1 << 10;
const LIFETIME_UNITS = UNITS_A_LIMIT * 0.9;
/** A table for so few entries is made four times as large, because few sets fill unevenly. */
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

/** True: the key of this hash was lately evicted. Removes its ghost. `bytes` is the size of the new entry. */
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

/** The age in units; below 0 if the clock has gone back since this ghost came. */
function ageOf(word: number, now: number): number {
  return ((now - word) << 12) >> 12;
}

function timeOf(shard: Shard): number {
  return Math.floor((shard.counters[GHOST_CLOCK]! / shard.geometry.limitBytes) * UNITS_A_LIMIT) & TIME_MASK;
}

function setOf(shard: Shard, hash: number): number {
  return shard.geometry.ghostsAt + (hash & shard.words[GHOST_MASK]!) * WAYS;
}

/** Starts an empty table for the present number of entries when there is none, or it is too small for them. */
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
