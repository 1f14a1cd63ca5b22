/**
 * Why a connection is special. Hits of a plain connection are answered in place; every command of a special one goes
 * through the command table.
 *
 * Invariant: `plain` is true exactly while no reason holds. It is one boolean, so that a hit looks once for all reasons.
 * Knows no client.
 */

/** Each reason has a bit. */
const REASONS = {
  /** The client has not given the password yet. */
  locked: 1,
  /** A command of this client that may change an entry is under way on another thread. */
  changing: 2,
  /** The client is inside MULTI. */
  queueing: 4,
  /** The client is subscribed to something. */
  subscribed: 8,
  /** The client said CLIENT TRACKING ON. */
  tracking: 16,
  /** The client said CLIENT REPLY OFF or SKIP. */
  silent: 32,
  /** A client says MONITOR, or commands wait for CLIENT UNPAUSE. */
  observed: 64,
} as const;

export type SpecialReason = keyof typeof REASONS;

export class SpecialReasons {
  #plain = true;
  #bits = 0;
  #changes = 0;

  /** No reason holds. */
  get plain(): boolean {
    return this.#plain;
  }

  /** Whether this reason holds. */
  has(reason: SpecialReason): boolean {
    return (this.#bits & REASONS[reason]) !== 0;
  }

  /** Says that a reason holds from now on, or no longer does. */
  set(reason: SpecialReason, holds: boolean): void {
    this.#bits = holds ? this.#bits | REASONS[reason] : this.#bits & ~REASONS[reason];
    this.#plain = this.#bits === 0;
  }

  /** One more command that may change an entry, or one less, is under way on another thread. */
  countChanges(by: 1 | -1): void {
    this.#changes += by;
    this.set("changing", this.#changes > 0);
  }
}
