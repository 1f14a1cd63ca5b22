/**
 * How long things take: a histogram with logarithmic buckets.
 *
 * Invariant: observe() allocates nothing and always takes the same few nanoseconds. The width of a bucket is at most a
 * quarter of its lower bound, so a percentile is at most 25 % too high. Knows no unit but seconds, and nothing of
 * Prometheus.
 */

/** A tick is 100 ns, less than a timer in JavaScript can tell apart. */
const TICKS_PER_SECOND = 1e7;
/** 214 s. Whatever takes longer counts as this long. */
const MAX_TICKS = 2 ** 31 - 1;
/** Each power of two of ticks has four buckets; the first eight buckets are one tick wide. */
const BUCKETS = 120;

export interface LatencySnapshot {
  readonly count: number;
  readonly sumSeconds: number;
  /** How many took less than `seconds`: at every second power of two from 1.6 us to 107 s, ascending. */
  readonly below: readonly { readonly seconds: number; readonly count: number }[];
}

export class Latency {
  /** The whole histogram: `new Latency(copy of state)` is a copy of it, on another thread too. */
  readonly state: Float64Array;
  readonly #counts: Float64Array;
  /** Sum and count. V8 would allocate a fractional number anew at each change of a field, but not in an array of floats. */
  readonly #totals: Float64Array;

  /** An empty histogram, or one on the `state` of another. */
  constructor(state: Float64Array = new Float64Array(BUCKETS + 2)) {
    this.state = state;
    this.#counts = state.subarray(0, BUCKETS);
    this.#totals = state.subarray(BUCKETS);
  }

  /** Something took so long, `times` times. Negative seconds and NaN count as 0. */
  observe(seconds: number, times = 1): void {
    const ticks = Math.min(seconds > 0 ? seconds * TICKS_PER_SECOND : 0, MAX_TICKS) | 0;
    this.#counts[bucketOf(ticks)]! += times;
    if (seconds > 0) this.#totals[0]! += seconds * times;
    this.#totals[1]! += times;
  }

  /** The time that a share of `quantile` (0 to 1) took at most, in seconds, rounded up to a bucket's end; 0 when empty. */
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

  /** Adds what another thread's histogram has seen. */
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

/** The fewest ticks that fall into `bucket`. */
function lowerTicks(bucket: number): number {
  if (bucket < 4) return bucket;
  return (4 + (bucket & 3)) * 2 ** ((bucket >> 2) - 1);
}

/** Whether a snapshot has this bound: 2^4, 2^6, ... 2^30 ticks. */
function isBound(ticks: number): boolean {
  const exponent = Math.log2(ticks);
  return exponent >= 4 && exponent % 2 === 0;
}
