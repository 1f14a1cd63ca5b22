/**
 * A reader that keeps what it has read here and has to hear of changes: a client, or another member for its clients.
 *
 * Owns the type only; the node's table of trackers is in server/tracking.
 */

export interface Tracker {
  /** The reader is gone and need not hear of anything. */
  readonly isGone: boolean;
  /**
   * The value that the reader has of this key is no longer valid. `isOwn`: the reader itself made the change. Called once
   * for each time that the reader was noted.
   */
  invalidate(key: Buffer, isOwn: boolean): void;
  /** All values that the reader has no longer hold. */
  invalidateAll(isOwn: boolean): void;
}
