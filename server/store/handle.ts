/**
 * The memory of a store: how it is made, and how one thread hands it to another.
 *
 * Owns the making of the shards' memory. Does not know what is written into it.
 */
import { type Eviction, geometryOf, shardCountFor } from "./layout.ts";

/** All that another thread needs to share a store. It can be posted to a thread: structured cloning keeps it whole. */
export interface StoreHandle {
  readonly maxBytes: number;
  readonly eviction: Eviction;
  readonly seed: number;
  /** The reading of the clock that deadlines count from. */
  readonly epochMs: number;
  readonly memory: readonly SharedArrayBuffer[];
  /** No other thread ever uses the memory, so nothing in it is ever locked for a change. */
  readonly isOnlyThreads: boolean;
}

export interface MemoryOptions {
  readonly maxBytes: number;
  readonly eviction: Eviction;
  /** Monotonic, in milliseconds with fractions; the same for all threads that share the store. */
  readonly clock: () => number;
  /** The largest value expected: a shard has room for four of them. Default 8 MiB. */
  readonly maxValueBytes?: number;
  /** Seed of the keys' hash, 32 bits. It must be random where strangers choose keys, so that keys do not meet in one bucket. */
  readonly seed: number;
  /** Promises that no other thread will ever share the store: its changes need no mutex. */
  readonly isOnlyThreads?: boolean;
}

const DEFAULT_VALUE_BYTES = 8 << 20;

/** The memory of a new store; every word of it is 0. Throws a RangeError when the system has none. */
export function newMemory(options: MemoryOptions): StoreHandle {
  const { maxBytes, eviction } = options;
  const count = shardCountFor(maxBytes, options.maxValueBytes ?? DEFAULT_VALUE_BYTES);
  const memory = memoryOf(count, maxBytes, eviction);
  const isOnlyThreads = options.isOnlyThreads ?? false;
  return { maxBytes, eviction, seed: options.seed, epochMs: options.clock(), memory, isOnlyThreads };
}

/**
 * Other memory for the entries of a store: keys have the same hashes there, and deadlines mean the same. With `noeviction` a
 * shard has no less room than the old one that its entries come from, unless the limit falls.
 */
export function otherMemory(
  handle: StoreHandle,
  { maxBytes, eviction, maxValueBytes }: Pick<MemoryOptions, "maxBytes" | "eviction" | "maxValueBytes">,
): StoreHandle {
  const { seed, epochMs, memory, isOnlyThreads } = handle;
  const usual = shardCountFor(maxBytes, maxValueBytes ?? DEFAULT_VALUE_BYTES);
  const most = Math.max(1, Math.floor((maxBytes * memory.length) / handle.maxBytes));
  const count = eviction === "noeviction" ? Math.min(usual, 2 ** Math.floor(Math.log2(most))) : usual;
  const other = memoryOf(count, maxBytes, eviction);
  return { maxBytes, eviction, seed, epochMs, memory: other, isOnlyThreads };
}

function memoryOf(count: number, maxBytes: number, eviction: Eviction): SharedArrayBuffer[] {
  const { totalBytes } = geometryOf(Math.floor(maxBytes / count), eviction);
  return Array.from({ length: count }, () => new SharedArrayBuffer(totalBytes));
}
