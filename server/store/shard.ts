/**
 * One shard: its memory seen through typed arrays, and the way to the empty state.
 *
 * A shard is a SharedArrayBuffer of its own with everything in it, so that threads share it by handing the buffer
 * over; this object is one thread's view and holds no state besides, but for whom this thread wants to be told. It does not know keys, policies or time.
 */
import {
  COUNTERS_AT,
  END,
  FIRST_BUCKETS,
  GENERATIONS,
  type Geometry,
  GHOST_MASK,
  HEAD,
  LEVEL_MASK,
  OLDEST,
  SPLIT,
  STARTS_AT,
  TAIL,
  TICK,
  WIDTH,
} from "./layout.ts";
import { emptyQueue } from "./queues.ts";

export class Shard {
  readonly geometry: Geometry;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly counters: Float64Array;
  readonly view: DataView;
  readonly buffer: Buffer;
  /** The geometry's numbers that the hot path needs, one load away. */
  readonly bucketsAt: number;
  readonly stampsAt: number;
  readonly arenaAt: number;
  readonly arenaWords: number;
  /** Stamps are ticks; otherwise numbers of uses. */
  readonly isLru: boolean;
  /** Entries give way to new ones. */
  readonly evicts: boolean;
  /** Told of the key of an entry that is evicted or expires, inside the lock: must only note it. */
  onEnd: ((key: Buffer) => void) | undefined = undefined;

  constructor(memory: SharedArrayBuffer, geometry: Geometry) {
    this.geometry = geometry;
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
    this.counters = new Float64Array(memory, 0, STARTS_AT >> 1);
    this.view = new DataView(memory);
    this.buffer = Buffer.from(memory);
    this.bucketsAt = geometry.bucketsAt;
    this.stampsAt = geometry.stampsAt;
    this.arenaAt = geometry.arenaAt;
    this.arenaWords = geometry.arenaWords;
    this.isLru = geometry.eviction !== "s3fifo";
    this.evicts = geometry.eviction !== "noeviction";
  }
}

/**
 * Makes a new or torn shard an empty one. Leaves the sequence, the mutex and the tick alone (readers rely on them),
 * and the counters of evictions and expirations, which never go back.
 */
export function emptyShard(shard: Shard): void {
  const { words, geometry } = shard;
  // One more than in use: a torn split may have begun the next.
  const bucketsUsed = Math.min(geometry.bucketWords, words[LEVEL_MASK]! + 2 + words[SPLIT]!);
  words.fill(0, geometry.bucketsAt, geometry.bucketsAt + bucketsUsed);
  const ghostsUsed = Math.min(geometry.ghostWords, (words[GHOST_MASK]! + 1) * 8);
  words.fill(0, geometry.ghostsAt, geometry.ghostsAt + ghostsUsed);
  words.fill(0, TICK + 1, COUNTERS_AT);
  words[LEVEL_MASK] = FIRST_BUCKETS - 1;
  words[SPLIT] = 0;
  words[HEAD] = geometry.arenaAt;
  words[TAIL] = geometry.arenaAt;
  words[END] = geometry.arenaAt;
  words[OLDEST] = 0;
  words[WIDTH] = 1;
  words[STARTS_AT] = words[TICK]!;
  for (let queue = 0; queue < GENERATIONS; queue++) emptyQueue(shard.words, queue);
}
