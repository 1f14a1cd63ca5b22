/**
 * Makes the CPU fetch the memory that look-ups of many keys will read, before the first of them begins.
 *
 *      hashes -> bucket of each -> header, key and value of each -> the same of the next in its chain -> stamp of each
 *
 * A look-up waits for its bucket and then for its entry, 100 ns and more for each that is not in the CPU's cache. Each
 * loop here takes one step for all keys, and is so short that the CPU begins many reads before the first one ends. The
 * words read may be torn, and nothing is decided by them. Knows neither keys nor sequences; allocates nothing.
 */
import { CHAIN, HASH, LEVEL_MASK, SLOT, SPLIT } from "./layout.ts";
import type { Shard } from "./shard.ts";

/** The most keys in one call. A CPU can have no more memory reads than this under way. */
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
  /** Takes the words read. Without it the compiler would leave out reads whose result nobody uses. */
  seen = 0;

  /** All shards have one geometry. The bits of a hash from `shift` up are the number of its shard. */
  constructor(shards: readonly Shard[], shift: number) {
    this.#words = shards.map(({ words }) => words);
    this.#bucketsAt = shards[0]!.bucketsAt;
    this.#stampsAt = shards[0]!.stampsAt;
    this.#readsStamps = !shards[0]!.isLru;
    this.#shift = shift;
  }

  /** Reads ahead for `hashes[from, to)`, at most MAX_AHEAD of them. */
  fetch(hashes: Int32Array, from: number, to: number): void {
    this.#findHeads(hashes, from, to);
    this.#touch(hashes, from, to);
    this.#passOthers(hashes, from, to);
    this.#touch(hashes, from, to);
    if (this.#readsStamps) this.#touchStamps(hashes, from, to);
  }

  /** As `bucketOf`, but without a branch, which the CPU would often mispredict: that costs more than the arithmetic. */
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

  /** Reads the first three cache lines of each entry: header, key and the first 100 bytes of the value. */
  #touch(hashes: Int32Array, from: number, to: number): void {
    let seen = 0;
    for (let i = from; i < to; i++) {
      const words = this.#wordsOf(hashes[i]!);
      const ref = this.#refs[i - from]!;
      seen ^= words[ref + HASH]! ^ words[ref + LINE]! ^ words[ref + 2 * LINE]!;
    }
    this.seen ^= seen;
  }

  /** Goes on to the next entry of the chain where the first one is another key's. */
  #passOthers(hashes: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const words = this.#wordsOf(hashes[i]!);
      const ref = this.#refs[i - from]!;
      if (words[ref + HASH] !== hashes[i]) this.#refs[i - from] = words[ref + CHAIN]!;
    }
  }

  /** Reads the stamps, which `s3fifo` looks at before it notes a use. A torn slot may lead anywhere, or to undefined. */
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
