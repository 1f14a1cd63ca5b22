/**
 * The index of a shard: a hash table that grows one bucket at a time. A bucket is a chain through the entries' headers.
 *
 * Linear hashing (Litwin 1980): each entry beyond the number of buckets splits the next bucket in two. So nobody waits for
 * a rehash, and the table touches 4 bytes for each entry that the shard has ever held at once, not for each that it could
 * hold. No chain is longer than MAX_CHAIN. `findEntry` runs beside writers and may read torn words, so it checks each ref
 * before it uses it and bounds its walk; whether its result holds, the caller learns from the sequence.
 */
import { CHAIN, DATED, ENTRIES, HASH, HEADER_WORDS, LEVEL_MASK, SIZES, SPLIT, VALUE } from "./layout.ts";
import type { Shard } from "./shard.ts";

/**
 * At one entry a bucket, chance never makes a chain of 64. XXH32 has keys that collide under every seed: an attacker who
 * sends such keys costs 64 comparisons a look-up, and his keys evict each other.
 */
const MAX_CHAIN = 64;

/** The word that the chain of `hash` begins with. From torn control words it may be any word below the arena's end. */
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

/** The byte at which an entry's key begins. */
export function keyAt(words: Int32Array, ref: number): number {
  return (ref + HEADER_WORDS + ((words[ref + VALUE]! & DATED) === 0 ? 0 : 1)) * 4;
}

/**
 * Puts an entry, whose HASH is set, into the table. The caller has made sure that the key is not in the table and that
 * `overfullChain` finds its chain short enough.
 */
export function insertEntry(shard: Shard, ref: number): void {
  const { words } = shard;
  const bucket = bucketOf(shard, words[ref + HASH]!);
  words[ref + CHAIN] = words[bucket]!;
  words[bucket] = ref;
  words[ENTRIES]!++;
  if (words[ENTRIES]! > words[LEVEL_MASK]! + 1 + words[SPLIT]!) splitNext(shard);
}

/** The last entry of the chain of `hash` if the chain is full, else 0. */
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

/** Makes the word that leads to `from` lead to `to`. */
export function repointEntry(shard: Shard, from: number, to: number): void {
  const { words } = shard;
  let link = bucketOf(shard, words[from + HASH]!);
  while (words[link] !== from) link = words[link]! + CHAIN;
  words[link] = to;
}

/** Splits the next bucket and keeps the order within its chains. After the last bucket of a level, the next level begins. */
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
