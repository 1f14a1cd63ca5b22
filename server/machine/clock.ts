/**
 * The clock of a process: monotonic, in milliseconds with fractions, the same on every thread.
 *
 * Invariant: two threads that read it at one moment read the same. `performance.now()` counts from the start of its
 * thread, so the difference to the machine's own monotonic clock is added, once. Never goes back, whatever is done to
 * the time of day.
 */

/** Readings to choose from: a thread may be put aside between the two clocks, and would be late for good. */
const READINGS = 20;

/** A clock for this thread. */
export function monotonicClock(): () => number {
  let closest = Number.POSITIVE_INFINITY;
  let offset = 0;
  for (let i = 0; i < READINGS; i++) {
    const before = machineMs();
    const own = performance.now();
    const gap = machineMs() - before;
    if (gap >= closest) continue;
    closest = gap;
    offset = before + gap / 2 - own;
  }
  return () => performance.now() + offset;
}

function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
