/**
 * What a store holds and has done, as sums over its shards.
 *
 * Reads the shards' accounts without a lock: each figure is right by itself, but a writer may have changed one and not yet
 * the other.
 */
import { tableWords } from "./arena.ts";
import { bucketCount } from "./index-table.ts";
import { ABSENTS, END, ENTRIES, EVICTIONS, EXPIRATIONS, MOVES, USED_BYTES } from "./layout.ts";
import type { Shard } from "./shard.ts";

export interface StoreFigures {
  /** Entries held, among them expired ones that the sweep has not come to. */
  readonly entries: number;
  /** How many of the entries are a cached "not found". */
  readonly absents: number;
  /** The footprints of all entries; never above maxBytes. */
  readonly usedBytes: number;
  readonly maxBytes: number;
  /** Bytes of the store that have been written at least once: what it adds to the process' memory. */
  readonly touchedBytes: number;
  readonly shards: number;
  readonly evictions: number;
  readonly expirations: number;
  /** Entries that the arena has moved to make contiguous room. */
  readonly moves: number;
}

export function figuresOf(shards: readonly Shard[], maxBytes: number): StoreFigures {
  const sum = (part: (shard: Shard) => number) => shards.reduce((total, each) => total + part(each), 0);
  return {
    entries: sum((shard) => shard.words[ENTRIES]!),
    absents: sum((shard) => shard.words[ABSENTS]!),
    usedBytes: sum((shard) => shard.words[USED_BYTES]!),
    maxBytes,
    touchedBytes: sum(touchedBytes),
    shards: shards.length,
    evictions: sum((shard) => shard.counters[EVICTIONS]!),
    expirations: sum((shard) => shard.counters[EXPIRATIONS]!),
    moves: sum((shard) => shard.counters[MOVES]!),
  };
}

function touchedBytes(shard: Shard): number {
  const { words, geometry } = shard;
  return (words[END]! - geometry.arenaAt + tableWords(shard) + bucketCount(shard)) * 4;
}
