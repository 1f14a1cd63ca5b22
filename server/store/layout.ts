/**
 * Where everything lies in the SharedArrayBuffer of a shard: word numbers, offsets of fields, sizes of areas.
 *
 * A word is 4 bytes. A ref is the word number of an entry or of a queue's sentinel; 0 is no entry. DESIGN.md draws all of
 * it. Every area is reserved for the worst case, and only its part in use is ever written: the rest takes no memory from
 * the operating system. Knows numbers only.
 */
import { MAX_DATABASES } from "./database-key.ts";

/** Even at rest, odd while a writer is inside. It shares a cache line with words that every reader reads anyway. */
export const SEQUENCE = 0;
/** The table has `LEVEL_MASK + 1 + SPLIT` buckets; those below SPLIT have been split. */
export const LEVEL_MASK = 1;
export const SPLIT = 2;
/** The mutex (0, or the number of the thread that holds it) and how many threads wait for it. On a line of their own. */
export const MUTEX = 16;
export const WAITERS = 17;
/** The clock of `lru` and `noeviction`: each use advances it. On a line of its own, because readers write it. */
export const TICK = 32;
/** From here on, only the holder of the mutex touches the words. */
export const ENTRIES = 48;
/** Entries with a value. */
export const VALUES = 49;
export const USED_BYTES = 50;
/** The log: next word to write, oldest word, end of the part in use; and when wrapped, the end of the upper part, else 0. */
export const HEAD = 51;
export const TAIL = 52;
export const END = 53;
export const WRAP = 54;
export const LIVE_WORDS = 55;
/** Stamp slots handed out so far; freed slots on the stack; and the most that the stack has ever had. */
export const SLOTS = 56;
export const FREE = 57;
export const FREE_HIGH = 58;
/** `lru`: first and last generation in use, ticks that a generation lasts, entries at the front in exact order. */
export const OLDEST = 59;
export const NEWEST = 60;
export const WIDTH = 61;
export const SORTED = 62;
/** `s3fifo`: bytes in the two queues; the number of sets of ghosts, less one. */
export const SMALL_BYTES = 63;
export const MAIN_BYTES = 64;
export const GHOST_MASK = 65;
/** Entries with a value and a deadline. */
export const EXPIRING = 66;
/** The counters, 64-bit floats, begin at this word. Their names are indexes of the Float64Array. */
export const COUNTERS_AT = 72;
export const EVICTIONS = 36;
export const EXPIRATIONS = 37;
export const MOVES = 38;
export const GHOST_CLOCK = 39;
/** The sum of the deadlines of EXPIRING entries. */
export const DEADLINES = 40;
/** No entry of the shard is due before SOONEST; no entry that the sweep has passed, or that was put since, before the other. */
export const SOONEST = 41;
export const SOONEST_AHEAD = 42;

/** Generations of `lru`, a power of two. With 256, a generation of a full shard of usual entries has under 2,048 entries. */
export const GENERATIONS = 256;
/** The tick at which each generation begins. */
export const STARTS_AT = 96;
/** The sentinels of the queues. They have PREV and NEXT where an entry has them, so linking treats both alike. */
export const SENTINELS_AT = STARTS_AT + GENERATIONS;
const SENTINEL_WORDS = 4;
/** For each database but 0: entries with a value, those of them with a deadline, and the sum of these as a 64-bit float. */
export const DATABASES_AT = SENTINELS_AT + GENERATIONS * SENTINEL_WORDS;
export const DATABASE_WORDS = 4;
const AREAS_AT = DATABASES_AT + MAX_DATABASES * DATABASE_WORDS;
/** All 64-bit floats are below this word. */
export const COUNTERS_END = AREAS_AT;

/** An entry: these words, the deadline's low word if DATED, the bytes of key and value, up to 3 bytes of padding. */
export const CHAIN = 0;
export const HASH = 1;
export const PREV = 2;
export const NEXT = 3;
/** Slot of the entry's stamp. 0 marks a dead entry; the log reuses its room when TAIL gets there. */
export const SLOT = 4;
/** Key length (low 16 bits) and the high 16 bits of the deadline. */
export const SIZES = 5;
/** Value length (low 29 bits) and the three flags. */
export const VALUE = 6;
export const DEADLINE = 7;
export const HEADER_WORDS = 7;

export const LENGTH_MASK = 0x1fffffff;
export const IN_MAIN = 1 << 29;
export const DATED = 1 << 30;
export const IS_ABSENT = 1 << 31;
export const MAX_KEY_BYTES = 0xffff;

/** Deadlines count 1/16 ms since the store's epoch in 48 bits: 557 years. */
export const DEADLINE_UNITS_A_MS = 16;
export const MAX_DEADLINE = 2 ** 48 - 1;

/** A bucket (4) and a stamp slot (4). */
const INDEX_BYTES = 8;
/** The ghosts' table has at most two words an entry. */
const GHOST_BYTES = 8;

/** Which entries give way when there is no room: with `noeviction` none, though uses are noted as with `lru`. */
export type Eviction = "lru" | "s3fifo" | "noeviction";

/** The words that an entry takes in the log. */
export function entryWords(keyBytes: number, valueBytes: number, dated: boolean): number {
  return HEADER_WORDS + (dated ? 1 : 0) + ((keyBytes + valueBytes + 3) >>> 2);
}

/** The bytes that an entry takes in the tables. */
export function shareBytes(eviction: Eviction): number {
  return eviction === "s3fifo" ? INDEX_BYTES + GHOST_BYTES : INDEX_BYTES;
}

/** The bytes that an entry of so many words counts against the limit. */
export function chargeOf(geometry: Geometry, words: number, dated: boolean): number {
  return words * 4 + geometry.shareBytes + (dated ? 0 : geometry.undatedBytes);
}

/** The areas of a shard, as word numbers and sizes in words. */
export interface Geometry {
  readonly limitBytes: number;
  readonly eviction: Eviction;
  readonly shareBytes: number;
  /** What an entry without a deadline counts beyond its bytes, so that even a full shard can give it a deadline. */
  readonly undatedBytes: number;
  readonly bucketsAt: number;
  readonly bucketWords: number;
  readonly stampsAt: number;
  readonly freeAt: number;
  readonly slotWords: number;
  readonly ghostsAt: number;
  readonly ghostWords: number;
  readonly arenaAt: number;
  readonly arenaWords: number;
  readonly totalBytes: number;
}

/** The log is a twelfth larger than the limit. More would make cleaning cheaper; this keeps memory within 1.09 limits. */
const SLACK_SHARE = 12;
const SMALL_STORE_BYTES = 1 << 20;

export function geometryOf(limitBytes: number, eviction: Eviction): Geometry {
  const share = shareBytes(eviction);
  const maxEntries = Math.floor(limitBytes / (HEADER_WORDS * 4 + share));
  const bucketWords = powerOfTwoFrom(Math.max(maxEntries, FIRST_BUCKETS));
  const slotWords = maxEntries + 1;
  const ghostWords = eviction === "s3fifo" ? powerOfTwoFrom(Math.max(4 * maxEntries, 64)) : 0;
  const stampsAt = AREAS_AT + bucketWords;
  const freeAt = stampsAt + slotWords;
  const ghostsAt = freeAt + slotWords;
  const arenaAt = ghostsAt + ghostWords;
  const slackBytes = Math.max(Math.ceil(limitBytes / SLACK_SHARE), Math.min(limitBytes, SMALL_STORE_BYTES));
  const arenaWords = Math.ceil((limitBytes + slackBytes) / 4);
  return {
    limitBytes,
    eviction,
    shareBytes: share,
    undatedBytes: eviction === "noeviction" ? 4 : 0,
    bucketsAt: AREAS_AT,
    bucketWords,
    stampsAt,
    freeAt,
    slotWords,
    ghostsAt,
    ghostWords,
    arenaAt,
    arenaWords,
    totalBytes: Math.ceil((arenaAt + arenaWords) / 2) * 8,
  };
}

/** Buckets of an empty table. */
export const FIRST_BUCKETS = 16;

/** Small enough that threads seldom meet in a shard, large enough that keys fill all shards about evenly. */
const SHARD_BYTES = 32 << 20;
const MAX_SHARDS = 256;

/** Above this a shard is split all the same, even if it then has no room for four of the largest values. */
const LARGE_SHARD_BYTES = 2 ** 30;
/** Bytes are counted in words of 32 bits with a sign. */
const MAX_SHARD_BYTES = 2 ** 31 - 1;
export const MAX_STORE_BYTES = MAX_SHARDS * MAX_SHARD_BYTES;

/**
 * The number of shards: the largest power of two with which each has 32 MiB and room for four of the largest values; or
 * more, so that no shard is too large. `maxBytes` is at most MAX_STORE_BYTES.
 */
export function shardCountFor(maxBytes: number, maxValueBytes: number): number {
  const shardBytes = Math.max(SHARD_BYTES, 4 * maxValueBytes);
  let count = 1;
  while (count < MAX_SHARDS && maxBytes / (count * 2) >= shardBytes) count *= 2;
  while (count < MAX_SHARDS && maxBytes / count > LARGE_SHARD_BYTES) count *= 2;
  return count;
}

export function powerOfTwoFrom(least: number): number {
  let power = 1;
  while (power < least) power *= 2;
  return power;
}
