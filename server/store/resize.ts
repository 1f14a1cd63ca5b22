/**
 * Moves the entries of a store to other memory, while the store is in use.
 *
 *      old shard ──(victims end, until its share of the new limit fits)──▶ (entries move, the oldest first) ──▶ given back
 *          ▲                                                                        │
 *          └── a look-up that misses in the new memory brings its entry over ───────┘
 *
 * Keeps: an entry is in one of the two memories, never in both, and a write only goes to the new one. Old shards empty one
 * after the other; nothing refers to an empty one any more, so the system gets its memory back when JavaScript's garbage
 * is collected. Only the thread that alone writes to the store comes here. Does not know who waits for memory.
 */
import { evict, moveEntry } from "./entries.ts";
import { findEntry } from "./index-table.ts";
import { ENTRIES, EVICTIONS, EXPIRATIONS, GENERATIONS, HASH, MOVES, OLDEST, USED_BYTES } from "./layout.ts";
import { enter, leave } from "./lock.ts";
import { lruVictim } from "./lru.ts";
import { firstOf } from "./queues.ts";
import { s3FifoVictim } from "./s3fifo.ts";
import type { Shard } from "./shard.ts";
import { HashBits, type ShardMap, worstBytes } from "./shard-map.ts";

/** The clock is read after so many entries, or so many words of them: some 50 us. */
const ENTRIES_A_LOOK = 32;
const WORDS_A_LOOK = 1 << 15;

interface ResizeOptions {
  readonly to: ShardMap;
  /** The present, as a deadline. */
  readonly now: () => number;
  readonly thread: number;
  readonly lockWaitMs: number;
}

export class Resize {
  readonly #options: ResizeOptions;
  readonly #oldBits: HashBits;
  /** Undefined: empty and given back. Nothing else may refer to an old shard. */
  readonly #old: (Shard | undefined)[];
  /** What an old shard may hold before its entries move. */
  readonly #shareBytes: number;
  readonly #ticksRatio: number;
  #at = 0;

  constructor(from: readonly Shard[], options: ResizeOptions) {
    const { shards } = options.to;
    this.#options = options;
    this.#oldBits = new HashBits(from.length);
    this.#old = [...from];
    this.#shareBytes = Math.floor((shards.length * shards[0]!.geometry.limitBytes) / from.length);
    this.#ticksRatio = from.length / shards.length;
    this.#reckonOwed();
  }

  /** The old shards that are not empty yet. */
  get shards(): readonly Shard[] {
    return this.#old.filter((shard) => shard !== undefined);
  }

  /** Brings the entry of a key over. False: the old memory has none. */
  bring(hash: number, chunk: Uint8Array, start: number, end: number): boolean {
    const from = this.#old[this.#oldBits.indexOf(hash)];
    if (from === undefined) return false;
    const ref = findEntry(from, hash, chunk, start, end);
    if (ref === 0) return false;
    this.#enter(from);
    try {
      this.#move(from, ref);
    } finally {
      leave(from);
    }
    return true;
  }

  /** Goes on until the clock of deadlines stands at `until`. True: all is done. */
  step(until: number): boolean {
    while (this.#at < this.#old.length && this.#options.now() < until) {
      const shard = this.#old[this.#at]!;
      this.#enter(shard);
      try {
        this.#piece(shard);
      } finally {
        leave(shard);
      }
      if (shard.words[ENTRIES] === 0) this.#retire();
    }
    this.#reckonOwed();
    return this.#at === this.#old.length;
  }

  #piece(shard: Shard): void {
    const { words } = shard;
    let moved = 0;
    for (let i = 0; i < ENTRIES_A_LOOK && moved < WORDS_A_LOOK && words[ENTRIES]! > 0; i++) {
      if (shard.evicts && words[USED_BYTES]! > this.#shareBytes) {
        evict(shard, shard.isLru ? lruVictim(shard) : s3FifoVictim(shard));
      } else {
        moved += this.#move(shard, oldestOf(shard));
      }
    }
  }

  /** Moves an entry; returns its words. */
  #move(from: Shard, ref: number): number {
    const { to, now } = this.#options;
    const target = to.shards[to.bits.indexOf(from.words[ref + HASH]!)]!;
    this.#enter(target);
    try {
      return moveEntry(from, ref, target, this.#ticksRatio, now());
    } finally {
      leave(target);
    }
  }

  #retire(): void {
    const old = this.#old[this.#at]!;
    const { counters } = this.#options.to.shards[0]!;
    for (const counter of [EVICTIONS, EXPIRATIONS, MOVES]) counters[counter]! += old.counters[counter]!;
    this.#old[this.#at++] = undefined;
  }

  /** With `noeviction`, the new shards keep room for what is still to come. */
  #reckonOwed(): void {
    const { to } = this.#options;
    if (to.shards[0]!.evicts) return;
    for (const shard of to.shards) shard.owedBytes = 0;
    this.#oldBits.forEachPair(to.bits, (old, target) => {
      const left = this.#old[old];
      if (left !== undefined) to.shards[target]!.owedBytes += worstBytes(left);
    });
  }

  #enter(shard: Shard): void {
    enter(shard, this.#options.thread, this.#options.lockWaitMs);
  }
}

/** The entry at the front of the oldest queue that is not empty. The shard has one. */
function oldestOf(shard: Shard): number {
  for (let i = 0; i < GENERATIONS; i++) {
    const ref = firstOf(shard, (shard.words[OLDEST]! + i) & (GENERATIONS - 1));
    if (ref !== 0) return ref;
  }
  throw new Error("a shard with entries has empty queues");
}
