/**
 * A reader that keeps what it has read here and has to hear of changes: a client, or another member for its clients.
 *
 * Owns the type only; the node's table of trackers is in server/tracking.
 */

export interface Tracker {
  /** The reader is gone and need not hear of anything. */
  readonly isGone: boolean;
  /**
   * What the reader has of this key no longer holds; `isOwn`: because of a change of its own. Called once for each time
   * that the reader was noted.
   */
  invalidate(key: Buffer, isOwn: boolean): void;
  /** Nothing that the reader has holds any more. */
  invalidateAll(isOwn: boolean): void;
}
