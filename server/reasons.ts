/**
 * Why a connection may not have its hits answered in place.
 *
 * Owns the list: each reason is a bit, so that the way of a hit asks for all of them at once.
 */

/** Why a hit may not be answered in place: each has a bit. */
export const REASONS = {
  /** No password yet. */
  locked: 1,
  /** Commands of this client are under way on another thread that may change what is held. */
  changing: 2,
  /** Inside MULTI. */
  queueing: 4,
  /** Subscribed, in RESP2. */
  subscribed: 8,
  /** CLIENT TRACKING. */
  tracking: 16,
  /** CLIENT REPLY OFF or SKIP. */
  silent: 32,
  /** Somebody says MONITOR, or commands wait for CLIENT UNPAUSE. */
  observed: 64,
} as const;

export type Reason = keyof typeof REASONS;
