/**
 * Why a connection's hits are not answered in place, as they are on one that is plain.
 */

/** Each has a bit. */
export const REASONS = {
  /** No password yet. */
  locked: 1,
  /** Commands of this client are under way on another thread that may change what is held. */
  changing: 2,
  /** Inside MULTI. */
  queueing: 4,
  /** Subscribed to something. */
  subscribed: 8,
  /** CLIENT TRACKING. */
  tracking: 16,
  /** CLIENT REPLY OFF or SKIP. */
  silent: 32,
  /** Somebody says MONITOR, or commands wait for CLIENT UNPAUSE. */
  observed: 64,
} as const;

export type Reason = keyof typeof REASONS;
