/**
 * `eviction s3fifo`: a small queue for new entries, a main queue for entries that were used, and ghosts of entries that
 * were evicted too early (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023).
 *
 * The parameters are libCacheSim's. The small queue has a tenth of the limit. An entry that reaches its front after two
 * uses moves to the main queue; there each use is good for another round. The ghosts stand for nine tenths of the limit.
 * An entry's stamp counts its uses, up to 3. Only the holder of the mutex comes here.
 */

import { lengthOf } from "./arena.ts";
import { addGhost } from "./ghosts.ts";
import { HASH, IN_MAIN, MAIN_BYTES, SLOT, SMALL_BYTES, VALUE } from "./layout.ts";
import { appendTo, firstOf, unqueue } from "./queues.ts";
import type { Shard } from "./shard.ts";

const SMALL = 0;
const MAIN = 1;
export const MAX_USES = 3;
const USES_FOR_MAIN = 2;
const SMALL_SHARE = 0.1;

/**
 * After giving this many used entries another round, the search takes the next entry, used or not: it bounds the stall.
 */
const MAX_ROUNDS = 2048;

function chargeOf(shard: Shard, ref: number): number {
  return lengthOf(shard.words, ref) * 4 + shard.geometry.shareBytes;
}

/** Queues an entry whose words are all set: with IN_MAIN in the main queue, else in the small one. */
export function linkS3Fifo(shard: Shard, ref: number, uses: number): void {
  const { words } = shard;
  const isMain = (words[ref + VALUE]! & IN_MAIN) !== 0;
  appendTo(shard, isMain ? MAIN : SMALL, ref);
  words[isMain ? MAIN_BYTES : SMALL_BYTES]! += chargeOf(shard, ref);
  words[shard.stampsAt + words[ref + SLOT]!] = uses;
}

/** Subtracts the bytes of an entry that ends from its queue's; `unqueue` takes it out of the queue itself. */
export function unlinkS3Fifo(shard: Shard, ref: number): void {
  const isMain = (shard.words[ref + VALUE]! & IN_MAIN) !== 0;
  shard.words[isMain ? MAIN_BYTES : SMALL_BYTES]! -= chargeOf(shard, ref);
}

/** The entry to evict next; 0: there is none. If it comes from the small queue, it gets a ghost. */
export function s3FifoVictim(shard: Shard): number {
  const { words } = shard;
  let rounds = 0;
  if (!mainIsOverfull(shard)) {
    for (let ref = firstOf(shard, SMALL); ref !== 0; ref = firstOf(shard, SMALL)) {
      if (words[shard.stampsAt + words[ref + SLOT]!]! < USES_FOR_MAIN || ++rounds > MAX_ROUNDS) {
        addGhost(shard, words[ref + HASH]!, chargeOf(shard, ref));
        return ref;
      }
      promote(shard, ref);
    }
  }
  for (let ref = firstOf(shard, MAIN); ref !== 0; ref = firstOf(shard, MAIN)) {
    const stamp = shard.stampsAt + words[ref + SLOT]!;
    if (words[stamp]! <= 0 || ++rounds > MAX_ROUNDS) return ref;
    words[stamp] = Math.min(words[stamp]!, MAX_USES) - 1;
    unqueue(shard, ref);
    appendTo(shard, MAIN, ref);
  }
  return firstOf(shard, SMALL);
}

/**
 * Whether the main queue has its nine tenths even without its oldest entry. That favours it in a limit of few entries.
 */
function mainIsOverfull(shard: Shard): boolean {
  const oldest = firstOf(shard, MAIN);
  if (oldest === 0) return false;
  const rest = shard.words[MAIN_BYTES]! - chargeOf(shard, oldest);
  return rest >= shard.geometry.limitBytes * (1 - SMALL_SHARE);
}

function promote(shard: Shard, ref: number): void {
  const { words } = shard;
  const charge = chargeOf(shard, ref);
  unqueue(shard, ref);
  appendTo(shard, MAIN, ref);
  words[SMALL_BYTES]! -= charge;
  words[MAIN_BYTES]! += charge;
  words[ref + VALUE]! |= IN_MAIN;
  words[shard.stampsAt + words[ref + SLOT]!] = 0;
}
