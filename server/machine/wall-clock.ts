/**
 * The time of day, for commands that set or ask the end of a lifetime as a time of day: EXPIREAT, EXAT, EXPIRETIME.
 *
 * Invariant: this clock runs with the node's own clock, so a deadline comes out as it went in, to the millisecond. It
 * follows the system's time of day only when the two are far apart, because somebody has set the system's.
 */

/** The two clocks drift apart by less than this between two uses. A larger difference means that the time was set. */
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
