/**
 * What a store holds and has done, as sums over its shards.
 *
 * Reads the shards' accounts without a lock: each figure is right by itself, but a writer may have changed one and not yet
 * the other.
 */
import { tableWords } from "./arena.ts";
import { bucketCount } from "./index-table.ts";
import { END, ENTRIES, EVICTIONS, EXPIRATIONS, MOVES, USED_BYTES } from "./layout.ts";
import { type Population, populationOf } from "./population.ts";
import type { Shard } from "./shard.ts";

export interface StoreFigures extends Population {
  /** Entries held: those with a value, and those that are a cached "not found". */
  readonly entries: number;
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

/** `now` is in the units of deadlines. */
export function figuresOf(shards: readonly Shard[], maxBytes: number, now: number): StoreFigures {
  const sum = (part: (shard: Shard) => number) => shards.reduce((total, each) => total + part(each), 0);
  return {
    entries: sum((shard) => shard.words[ENTRIES]!),
    ...populationOf(shards, now),
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
