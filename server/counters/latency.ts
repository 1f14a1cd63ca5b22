/**
 * How long things take: a histogram with logarithmic buckets.
 *
 * Invariant: observe() allocates nothing and takes the same few nanoseconds whatever was seen before. A bucket is at
 * most a quarter of its lower bound wide, so that a percentile is at most 25 % too high. Knows no unit but seconds
 * and nothing of Prometheus.
 */

/** 100 ns: below what a timer in JavaScript resolves. */
const TICKS_PER_SECOND = 1e7;
/** 214 s, beyond every deadline; longer ones count as this long. */
const MAX_TICKS = 2 ** 31 - 1;
/** Each power of two of ticks has four buckets; the first eight are exact. */
const BUCKETS = 120;

export interface LatencySnapshot {
  readonly count: number;
  readonly sumSeconds: number;
  /** How many took less than `seconds`, for every second power of two from 1.6 us to 107 s; ascending. */
  readonly below: readonly { readonly seconds: number; readonly count: number }[];
}

export class Latency {
  /** All that this is made of; a copy of it makes a copy of this, on another thread too. */
  readonly state: Float64Array;
  readonly #counts: Float64Array;
  /** Sum and count; in an array, because a number in a field is boxed anew when it is no small integer. */
  readonly #totals: Float64Array;

  /** Empty, or on another's `state`. */
  constructor(state: Float64Array = new Float64Array(BUCKETS + 2)) {
    this.state = state;
    this.#counts = state.subarray(0, BUCKETS);
    this.#totals = state.subarray(BUCKETS);
  }

  /** Negative and NaN count as 0. */
  observe(seconds: number): void {
    const ticks = Math.min(seconds > 0 ? seconds * TICKS_PER_SECOND : 0, MAX_TICKS) | 0;
    this.#counts[bucketOf(ticks)]! += 1;
    if (seconds > 0) this.#totals[0]! += seconds;
    this.#totals[1]! += 1;
  }

  /** The seconds that a share of `quantile` (0 to 1) took at most, rounded up to a bucket's end; 0 when empty. */
  percentile(quantile: number): number {
    const rank = Math.max(1, Math.ceil(quantile * this.#totals[1]!));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= rank) return lowerTicks(bucket + 1) / TICKS_PER_SECOND;
    }
    return 0;
  }

  snapshot(): LatencySnapshot {
    const below: { seconds: number; count: number }[] = [];
    let count = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const ticks = lowerTicks(bucket);
      if (isBound(ticks)) below.push({ seconds: ticks / TICKS_PER_SECOND, count });
      count += this.#counts[bucket]!;
    }
    return { count: this.#totals[1]!, sumSeconds: this.#totals[0]!, below };
  }

  /** Takes over what another thread's histogram has seen. */
  add(other: Latency): void {
    for (let i = 0; i < this.state.length; i++) this.state[i]! += other.state[i]!;
  }

  reset(): void {
    this.state.fill(0);
  }
}

/** The two bits below the highest one choose among the four buckets of a power of two. */
function bucketOf(ticks: number): number {
  if (ticks < 4) return ticks;
  const exponent = 31 - Math.clz32(ticks);
  return ((exponent - 1) << 2) | ((ticks >>> (exponent - 2)) & 3);
}

/** The least ticks that fall into `bucket`. */
function lowerTicks(bucket: number): number {
  if (bucket < 4) return bucket;
  return (4 + (bucket & 3)) * 2 ** ((bucket >> 2) - 1);
}

/** 2^4, 2^6, ... 2^30 ticks. */
function isBound(ticks: number): boolean {
  const exponent = Math.log2(ticks);
  return exponent >= 4 && exponent % 2 === 0;
}
