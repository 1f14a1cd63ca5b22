/**
 * Time in a store: lifetimes in milliseconds become the deadlines that entries carry, and back.
 *
 * Owns the clock and the epoch, which all threads that share the store have in common. A deadline counts 1/16 ms from the
 * epoch; Infinity means that there is no deadline. Knows no entry.
 */
import { DEADLINE_UNITS_A_MS, MAX_DEADLINE } from "./layout.ts";

export class Deadlines {
  readonly #clock: () => number;
  readonly #epochMs: number;

  /** `epochMs` is a reading of the clock. */
  constructor(clock: () => number, epochMs: number) {
    this.#clock = clock;
    this.#epochMs = epochMs;
  }

  /** The present, as a deadline. */
  now(): number {
    return this.of(this.#clock());
  }

  /** A reading of the clock, as a deadline. */
  of(clockMs: number): number {
    return (clockMs - this.#epochMs) * DEADLINE_UNITS_A_MS;
  }

  /**
   * The deadline of a lifetime that begins at `now`; undefined: an endless one. A lifetime of 0 or less is over at `now`.
   */
  after(now: number, ttlMs: number | undefined): number {
    if (ttlMs === undefined) return Number.POSITIVE_INFINITY;
    const exact = now + ttlMs * DEADLINE_UNITS_A_MS;
    // Rounded up, a life of 0 would last for half a unit, and the client's next command could still see the entry.
    const deadline = ttlMs > 0 ? Math.round(exact) : Math.floor(exact);
    return deadline > 0 ? Math.min(deadline, MAX_DEADLINE) : 0;
  }

  /** The time left until a deadline, 0 or more; undefined: it is Infinity. */
  ttlMs(deadline: number): number | undefined {
    if (deadline === Number.POSITIVE_INFINITY) return undefined;
    return Math.max(0, deadline - this.now()) / DEADLINE_UNITS_A_MS;
  }
}
