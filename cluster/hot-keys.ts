/**
 * Finds the keys of other members that are asked for here often enough to keep a copy (a mirror).
 *
 * Owns a count-min sketch of the keys forwarded lately. Keeps: memory is fixed, counting allocates nothing, and a key is
 * never counted too low within its window. All counts are halved from time to time, so that keys that were popular long
 * ago are forgotten. Does not know the mirrors themselves, nor whether there is room for one.
 *
 * Source: Cormode and Muthukrishnan's count-min sketch; the halving is TinyLFU's (Einziger, Friedman, Manes).
 */

import type { Hash32 } from "./ring.ts";

interface HotKeysOptions {
  readonly hash: Hash32;
  /** Differs from process to process, so that no client can choose keys that count for each other. */
  readonly seed: number;
  readonly clock: () => number;
  /** How often a key has to be asked for in the window. */
  readonly threshold?: number;
  readonly windowMs?: number;
}

const ROWS = 4;
/** 4 rows of 65,536 one-byte counters, 256 KiB. */
const WIDTH_BITS = 16;
const WIDTH = 1 << WIDTH_BITS;
const MAX_COUNT = 255;
/**
 * Counts are also halved after this many requests, because at a high rate the sketch would fill up within one window.
 * With one request for each counter of a row, fewer than one in a hundred keys that are asked for once are admitted.
 */
const MAX_SAMPLES = WIDTH;
/** Odd multipliers (of Murmur3 and xxHash) that turn one hash into an independent position for each row. */
const MULTIPLIERS = [0x85ebca6b, 0xc2b2ae35, 0x9e3779b1, 0x27d4eb2f] as const;

/** A mirror is kept no longer than this, so a mirror that a delete did not reach is gone after this time. */
const MAX_LEASE_MS = 30_000;

export class HotKeys {
  readonly #hash: Hash32;
  readonly #seed: number;
  readonly #clock: () => number;
  readonly #threshold: number;
  readonly #windowMs: number;
  readonly #counts = new Uint8Array(ROWS * WIDTH);
  #samples = 0;
  #windowStart: number;

  constructor(options: HotKeysOptions) {
    this.#hash = options.hash;
    this.#seed = options.seed >>> 0;
    this.#clock = options.clock;
    this.#threshold = options.threshold ?? 3;
    this.#windowMs = options.windowMs ?? 10_000;
    this.#windowStart = options.clock();
  }

  /** Counts one request for `key`; true when it has been asked for often enough lately, this request included. */
  countAndTest(key: Uint8Array): boolean {
    this.#age();
    const hash = this.#hash(key, this.#seed);
    let least = MAX_COUNT;
    for (let row = 0; row < ROWS; row++) {
      const at = row * WIDTH + (Math.imul(hash ^ (hash >>> 15), MULTIPLIERS[row]!) >>> (32 - WIDTH_BITS));
      const count = this.#counts[at]!;
      if (count < MAX_COUNT) this.#counts[at] = count + 1;
      if (count + 1 < least) least = count + 1;
    }
    return least >= this.#threshold;
  }

  #age(): void {
    const now = this.#clock();
    const windows = Math.floor((now - this.#windowStart) / this.#windowMs);
    if (windows === 0 && ++this.#samples <= MAX_SAMPLES) return;
    this.#samples = 1;
    this.#windowStart = now;
    // Eight halvings leave nothing of a byte; a shift by 32 would leave all of it.
    const halvings = Math.min(Math.max(windows, 1), 8);
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i] = this.#counts[i]! >>> halvings;
  }
}

/** How long a mirror of an entry with this remaining life may be kept; undefined is an entry that does not expire. */
export function leaseMs(ttlMs: number | undefined): number {
  return ttlMs === undefined ? MAX_LEASE_MS : Math.min(MAX_LEASE_MS, ttlMs);
}
