/**
 * Who has read keys here and keeps what it got: a client, or another member on behalf of its clients.
 *
 * Owns the type only; the node's table of trackers is in server/tracking.
 */

export interface Tracker {
  /** No longer there; need not be told of anything. */
  readonly isGone: boolean;
  /**
   * What it read under this key does not hold any more, for something that it has done itself or not. Called once for
   * each time that it was noted.
   */
  invalidate(key: Buffer, isOwn: boolean): void;
  /** Nothing that it has read holds any more. */
  invalidateAll(isOwn: boolean): void;
}
