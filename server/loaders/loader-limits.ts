/**
 * The limits of a group that its loader may have to know.
 *
 * Owns the type only.
 */

/** Read at each use, because CONFIG SET changes them. */
export interface LoaderLimits {
  readonly maxValueBytes: number;
  readonly timeoutMs: number;
  /** Loads that may run at once; a loader need not have more connections to its origin. */
  readonly concurrency: number;
}
