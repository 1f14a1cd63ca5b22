/**
 * The index of a shard: a hash table of chains through the entries' headers that grows one bucket at a time.
 *
 * Linear hashing (Litwin 1980): with every entry more than there are buckets, the next bucket in order is split in
 * two, so there is no rehash to wait for, and the table has touched 4 bytes for each entry it ever held at once, not
 * for the most it could hold. No chain is longer than MAX_CHAIN. `findEntry` runs beside writers: whatever it reads may
 * be torn, so each ref is checked before use, each walk is bounded, and the caller judges by the sequence.
 */
import { CHAIN, DATED, ENTRIES, HASH, HEADER_WORDS, LEVEL_MASK, SIZES, SPLIT, VALUE } from "./layout.ts";
import type { Shard } from "./shard.ts";

/**
 * Chance makes no chain of 64 at one entry a bucket. Who crafts keys that collide whatever the seed (XXH32 has such)
 * gets that many comparisons and pushes out his own.
 */
const MAX_CHAIN = 64;

/** The word that holds the chain of `hash`; torn control words may give any word below the arena's end. */
export function bucketOf(shard: Shard, hash: number): number {
  const mask = shard.words[LEVEL_MASK]!;
  const low = hash & mask;
  return shard.bucketsAt + (low < shard.words[SPLIT]! ? hash & (mask * 2 + 1) : low);
}

/** The ref of the entry with the key `chunk[start, end)`, or 0. */
export function findEntry(shard: Shard, hash: number, chunk: Uint8Array, start: number, end: number): number {
  const { words, arenaAt, arenaWords } = shard;
  let ref = words[bucketOf(shard, hash)]!;
  for (let steps = 0; steps < MAX_CHAIN; steps++) {
    if ((ref - arenaAt) >>> 0 >= arenaWords) return 0;
    if (words[ref + HASH] === hash && hasKey(shard, ref, chunk, start, end)) return ref;
    ref = words[ref + CHAIN]!;
  }
  return 0;
}

function hasKey(shard: Shard, ref: number, chunk: Uint8Array, start: number, end: number): boolean {
  const { words, bytes } = shard;
  if ((words[ref + SIZES]! & 0xffff) !== end - start) return false;
  let at = keyAt(words, ref);
  for (let i = start; i < end; i++, at++) {
    if (bytes[at] !== chunk[i]) return false;
  }
  return true;
}

/** Byte at which an entry's key begins. */
export function keyAt(words: Int32Array, ref: number): number {
  return (ref + HEADER_WORDS + ((words[ref + VALUE]! & DATED) === 0 ? 0 : 1)) * 4;
}

/**
 * Puts an entry, whose HASH is set, into the table. The caller has made sure that the key is not in it and has dropped
 * what `overfullChain` gave.
 */
export function insertEntry(shard: Shard, ref: number): void {
  const { words } = shard;
  const bucket = bucketOf(shard, words[ref + HASH]!);
  words[ref + CHAIN] = words[bucket]!;
  words[bucket] = ref;
  words[ENTRIES]!++;
  if (words[ENTRIES]! > words[LEVEL_MASK]! + 1 + words[SPLIT]!) splitNext(shard);
}

/** The last entry of the chain of `hash` when there is no room for another one, else 0. */
export function overfullChain(shard: Shard, hash: number): number {
  const { words } = shard;
  let last = 0;
  let length = 0;
  for (let ref = words[bucketOf(shard, hash)]!; ref !== 0; ref = words[ref + CHAIN]!) {
    last = ref;
    length++;
  }
  return length >= MAX_CHAIN ? last : 0;
}

export function unindexEntry(shard: Shard, ref: number): void {
  repointEntry(shard, ref, shard.words[ref + CHAIN]!);
  shard.words[ENTRIES]!--;
}

/** What led to `from` leads to `to`. */
export function repointEntry(shard: Shard, from: number, to: number): void {
  const { words } = shard;
  let link = bucketOf(shard, words[from + HASH]!);
  while (words[link] !== from) link = words[link]! + CHAIN;
  words[link] = to;
}

/** Splits the next bucket in order, keeping the chains' order, and moves the level on after the last. */
function splitNext(shard: Shard): void {
  const { words, bucketsAt, geometry } = shard;
  const mask = words[LEVEL_MASK]!;
  const split = words[SPLIT]!;
  const twin = split + mask + 1;
  if (twin >= geometry.bucketWords) return;
  let stay = bucketsAt + split;
  let go = bucketsAt + twin;
  for (let ref = words[stay]!; ref !== 0; ref = words[ref + CHAIN]!) {
    if ((words[ref + HASH]! & (mask + 1)) === 0) {
      words[stay] = ref;
      stay = ref + CHAIN;
    } else {
      words[go] = ref;
      go = ref + CHAIN;
    }
  }
  words[stay] = 0;
  words[go] = 0;
  if (split === mask) words[LEVEL_MASK] = mask * 2 + 1;
  words[SPLIT] = split === mask ? 0 : split + 1;
}

/** Buckets in use now. */
export function bucketCount(shard: Shard): number {
  return shard.words[LEVEL_MASK]! + 1 + shard.words[SPLIT]!;
}
