/**
 * Has the processor fetch what look-ups of many keys will read, before the first of them is looked up.
 *
 *      hashes -> bucket of each -> header, key and value of each -> the same of the next in its chain -> stamp of each
 *
 * A look-up waits for its bucket, then for its entry: 100 ns and more for each that is not in the processor's cache. Each
 * loop here does one step for all keys and is so short that a processor begins many loads before the first one ends.
 * What is read may be torn and decides nothing. Knows neither keys nor sequences; allocates nothing.
 */
import { CHAIN, HASH, LEVEL_MASK, SLOT, SPLIT } from "./layout.ts";
import type { Shard } from "./shard.ts";

/** Keys that can be read ahead together. */
export const MAX_AHEAD = 64;

/** Words in a cache line. */
const LINE = 16;

export class ReadAhead {
  readonly #words: readonly Int32Array[];
  readonly #bucketsAt: number;
  readonly #stampsAt: number;
  readonly #readsStamps: boolean;
  readonly #shift: number;
  readonly #refs = new Int32Array(MAX_AHEAD);
  /** Keeps the compiler from leaving out loads that nobody looks at. */
  seen = 0;

  /** Shards of one geometry; the top bits of a hash, from `shift` on, are the number of its shard. */
  constructor(shards: readonly Shard[], shift: number) {
    this.#words = shards.map(({ words }) => words);
    this.#bucketsAt = shards[0]!.bucketsAt;
    this.#stampsAt = shards[0]!.stampsAt;
    this.#readsStamps = !shards[0]!.isLru;
    this.#shift = shift;
  }

  /** Fetches for `hashes[from, to)`, at most MAX_AHEAD of them. */
  fetch(hashes: Int32Array, from: number, to: number): void {
    this.#findHeads(hashes, from, to);
    this.#touch(hashes, from, to);
    this.#passOthers(hashes, from, to);
    this.#touch(hashes, from, to);
    if (this.#readsStamps) this.#touchStamps(hashes, from, to);
  }

  /** As `bucketOf`, without a branch: whether a bucket has been split is anybody's guess, and a wrong one costs more. */
  #findHeads(hashes: Int32Array, from: number, to: number): void {
    const bucketsAt = this.#bucketsAt;
    for (let i = from; i < to; i++) {
      const hash = hashes[i]!;
      const words = this.#wordsOf(hash);
      const mask = words[LEVEL_MASK]!;
      const low = hash & mask;
      const isSplit = (low - words[SPLIT]!) >> 31;
      this.#refs[i - from] = words[bucketsAt + (low | (hash & (mask + 1) & isSplit))]!;
    }
  }

  /** An entry's first three cache lines: its header, its key and a value of 100 bytes. */
  #touch(hashes: Int32Array, from: number, to: number): void {
    let seen = 0;
    for (let i = from; i < to; i++) {
      const words = this.#wordsOf(hashes[i]!);
      const ref = this.#refs[i - from]!;
      seen ^= words[ref + HASH]! ^ words[ref + LINE]! ^ words[ref + 2 * LINE]!;
    }
    this.seen ^= seen;
  }

  /** Where the first in the chain is another key's entry, goes on to the next. */
  #passOthers(hashes: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const words = this.#wordsOf(hashes[i]!);
      const ref = this.#refs[i - from]!;
      if (words[ref + HASH] !== hashes[i]) this.#refs[i - from] = words[ref + CHAIN]!;
    }
  }

  /** Where the policy looks at an entry's stamp before it notes a use. A torn slot leads anywhere, or to nothing. */
  #touchStamps(hashes: Int32Array, from: number, to: number): void {
    let seen = 0;
    for (let i = from; i < to; i++) {
      const words = this.#wordsOf(hashes[i]!);
      seen ^= words[this.#stampsAt + words[this.#refs[i - from]! + SLOT]!]!;
    }
    this.seen ^= seen;
  }

  #wordsOf(hash: number): Int32Array {
    return this.#words[(hash >>> this.#shift) & (this.#words.length - 1)]!;
  }
}
