/**
 * The time of day, for commands that give or ask the end of a lifetime: EXPIREAT, EXAT, EXPIRETIME.
 *
 * Invariant: it runs with the node's own clock, so a deadline comes out as it went in, to the millisecond. Only when the
 * system's time of day has moved away from it, because somebody set that, does it follow.
 */

/** More than the two clocks drift apart by themselves between two uses, and less than anybody would call right. */
const MAX_DRIFT_MS = 1000;

/** A clock in milliseconds since 1970, with fractions. `clock` is monotonic, in milliseconds. */
export function wallClock(clock: () => number, timeOfDay: () => number = Date.now): () => number {
  let offset = timeOfDay() - clock();
  return () => {
    const drift = timeOfDay() - (clock() + offset);
    if (Math.abs(drift) > MAX_DRIFT_MS) offset += drift;
    return clock() + offset;
  };
}
