/**
 * The clock of the process: monotonic, in milliseconds with fractions, the same on every thread.
 *
 * Invariant: two threads that read it at one moment read the same, and it never goes back, whatever somebody does to the
 * time of day. `performance.now()` counts from the start of its thread, so each thread measures once how far that is from
 * the machine's own monotonic clock, and adds it.
 */

/** Pairs of readings; the closest pair counts. A thread that was suspended within its only pair would be off for good. */
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
