/**
 * The shards of one memory, and which of them a hash belongs to.
 *
 * Keeps: the number of shards is a power of two, and the high bits of a hash choose one. So a shard of a memory with fewer
 * shards has exactly the hashes of some neighbours in one with more. Knows no keys.
 */
import type { StoreHandle } from "./handle.ts";
import { ENTRIES, geometryOf, USED_BYTES } from "./layout.ts";
import { Shard } from "./shard.ts";

/** Which of so many shards a hash belongs to. */
export class HashBits {
  readonly mask: number;
  readonly shift: number;

  constructor(shards: number) {
    this.mask = shards - 1;
    this.shift = Math.clz32(this.mask);
  }

  indexOf(hash: number): number {
    return (hash >>> this.shift) & this.mask;
  }

  /** Calls back with each pair of a shard of these and one of the others that have hashes in common. */
  forEachPair(others: HashBits, pair: (own: number, other: number) => void): void {
    const most = Math.max(this.mask, others.mask) + 1;
    for (let i = 0; i < most; i++) {
      pair(Math.floor((i * (this.mask + 1)) / most), Math.floor((i * (others.mask + 1)) / most));
    }
  }
}

export class ShardMap {
  readonly bits: HashBits;
  readonly shards: readonly Shard[];

  constructor({ memory, maxBytes, eviction, isOnlyThreads }: StoreHandle) {
    const geometry = geometryOf(Math.floor(maxBytes / memory.length), eviction);
    this.bits = new HashBits(memory.length);
    this.shards = memory.map((part) => new Shard(part, geometry, isOnlyThreads));
  }
}

/** What the entries of a shard count at most under another policy: `noeviction` adds 4 bytes to an undated one. */
export function worstBytes({ words }: Shard): number {
  return words[USED_BYTES]! + 4 * words[ENTRIES]!;
}

/** Why not all entries can move to other shards without one being lost; undefined: they can. */
export function whyNotAll(from: ShardMap, to: ShardMap): string | undefined {
  const comingBytes = to.shards.map(() => 0);
  from.bits.forEachPair(to.bits, (own, other) => {
    comingBytes[other]! += worstBytes(from.shards[own]!);
  });
  if (to.shards.every(({ geometry }, i) => comingBytes[i]! <= geometry.limitBytes)) return undefined;
  return "more is held than would fit, and noeviction drops nothing";
}
