/**
 * The memory of a store as threads hand it to each other, and its making.
 *
 * Owns the choice of the number of shards and of the seed. Does not know what is written into it.
 */
import { randomInt } from "node:crypto";
import { type Eviction, geometryOf, shardCountFor } from "./layout.ts";

/** What another thread needs to attach; survives structured cloning. */
export interface StoreHandle {
  readonly maxBytes: number;
  readonly eviction: Eviction;
  readonly seed: number;
  /** The clock's reading that deadlines count from. */
  readonly epochMs: number;
  readonly memory: readonly SharedArrayBuffer[];
}

/** As in StoreOptions. */
interface NewMemoryOptions {
  readonly maxBytes: number;
  readonly eviction: Eviction;
  readonly clock: () => number;
  readonly maxValueBytes?: number;
  readonly seed?: number;
}

const DEFAULT_VALUE_BYTES = 8 << 20;

/** The memory of a new store. */
export function newMemory(options: NewMemoryOptions): StoreHandle {
  const { maxBytes, eviction } = options;
  const count = shardCountFor(maxBytes, options.maxValueBytes ?? DEFAULT_VALUE_BYTES);
  const { totalBytes } = geometryOf(Math.floor(maxBytes / count), eviction);
  return {
    maxBytes,
    eviction,
    seed: options.seed ?? randomInt(2 ** 32),
    epochMs: options.clock(),
    memory: Array.from({ length: count }, () => new SharedArrayBuffer(totalBytes)),
  };
}
