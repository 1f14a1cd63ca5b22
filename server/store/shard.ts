/**
 * One shard: its memory seen through typed arrays.
 *
 * All of a shard lies in one SharedArrayBuffer, so threads share a shard by handing over the buffer. This object is one
 * thread's view of it; its only state beside that memory are `owedBytes` and the callback `onEnd`. Knows no keys, policies or time.
 */
import { COUNTERS_END, type Geometry } from "./layout.ts";

/** How an entry has ended by itself. `outlived`: it had expired when another value took its place. */
export type EntryEnd = "expired" | "evicted" | "outlived";
/** `hadValue` is false for a cached "not found". */
export type OnEnd = (key: Buffer, end: EntryEnd, hadValue: boolean) => void;

export class Shard {
  readonly geometry: Geometry;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly counters: Float64Array;
  readonly view: DataView;
  readonly buffer: Buffer;
  /** Numbers of the geometry that the hot path needs; here they are one memory read nearer. */
  readonly bucketsAt: number;
  readonly stampsAt: number;
  readonly arenaAt: number;
  readonly arenaWords: number;
  /** True: a stamp is the tick of the last use; false: it is the number of uses. */
  readonly isLru: boolean;
  /** Whether entries give way to new ones. */
  readonly evicts: boolean;
  /** No other thread uses the memory. */
  readonly isOnlyThreads: boolean;
  /** What other memory still has for this shard: with `noeviction`, room is kept for it. */
  owedBytes = 0;
  /** Is called with the key of each entry that this thread evicts or expires, inside the lock: it may only note the key. */
  onEnd: OnEnd | undefined = undefined;

  constructor(memory: SharedArrayBuffer, geometry: Geometry, isOnlyThreads = false) {
    this.geometry = geometry;
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
    this.counters = new Float64Array(memory, 0, COUNTERS_END >> 1);
    this.view = new DataView(memory);
    this.buffer = Buffer.from(memory);
    this.bucketsAt = geometry.bucketsAt;
    this.stampsAt = geometry.stampsAt;
    this.arenaAt = geometry.arenaAt;
    this.arenaWords = geometry.arenaWords;
    this.isLru = geometry.eviction !== "s3fifo";
    this.evicts = geometry.eviction !== "noeviction";
    this.isOnlyThreads = isOnlyThreads;
  }
}
