/**
 * The clock of a process: monotonic, in milliseconds with fractions, the same on every thread.
 *
 * Invariant: two threads that read it at one moment read the same. `performance.now()` counts from the start of its
 * thread, so the difference to the machine's own monotonic clock is added, once. Never goes back, whatever is done to
 * the time of day.
 */

/** A clock for this thread. */
export function monotonicClock(): () => number {
  const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return () => performance.now() + offset;
}
