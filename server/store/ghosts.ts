/**
 * The ghosts of `s3fifo`: what the small queue has thrown out lately, by fingerprint.
 *
 * A table of sets of eight words; a word is 16 bits of the hash and the time of the eviction, in bytes evicted since the
 * start, so a ghost lives until nine tenths of the limit have been evicted after it, without a queue. The table is sized
 * at the first eviction, when the number of entries is known. Wrong in one of some thousand cases, which costs a
 * newcomer's place in the main queue. Only the holder of the mutex comes here.
 */
import { ENTRIES, GHOST_CLOCK, GHOST_MASK, powerOfTwoFrom } from "./layout.ts";
import type { Shard } from "./shard.ts";

const WAYS = 8;
/** Ghost time is 16 bits: the limit is 2^14 of its units, so old ghosts alias only after four limits' worth. */
const UNITS_A_LIMIT = 1 << 14;
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
  let oldest = -1;
  for (let at = set; at < set + WAYS; at++) {
    const age = words[at] === 0 ? 0x10000 : (now - words[at]!) & 0xffff;
    if (age > oldest) {
      oldest = age;
      place = at;
    }
  }
  words[place] = (hash & ~0xffff) | now;
}

/** True, once, when the key of this hash was thrown out lately. */
export function takeGhost(shard: Shard, hash: number): boolean {
  const { words } = shard;
  if (words[GHOST_MASK] === 0) return false;
  const now = timeOf(shard);
  const set = setOf(shard, hash);
  for (let at = set; at < set + WAYS; at++) {
    const word = words[at]!;
    if (word === 0 || (word ^ hash) >>> 16 !== 0 || ((now - word) & 0xffff) > LIFETIME_UNITS) continue;
    words[at] = 0;
    return true;
  }
  return false;
}

function timeOf(shard: Shard): number {
  return Math.floor((shard.counters[GHOST_CLOCK]! / shard.geometry.limitBytes) * UNITS_A_LIMIT) & 0xffff;
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
