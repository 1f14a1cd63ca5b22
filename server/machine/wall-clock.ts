/**
 * The time of day for lifetimes that are given as one: EXPIREAT, EXAT, EXPIRETIME.
 *
 * Invariant: it goes with the node's own clock, so that a deadline comes out as it was put in, to the millisecond. Only
 * when the two have drifted apart, because somebody set the time of day, is it fetched anew.
 */

/** More than a clock drifts between two uses, less than anybody takes for the right time. */
const MAX_DRIFT_MS = 1000;

/** Milliseconds since 1970, with fractions. `clock` is monotonic. */
export function wallClock(clock: () => number, timeOfDay: () => number = Date.now): () => number {
  let offset = timeOfDay() - clock();
  return () => {
    const drift = timeOfDay() - (clock() + offset);
    if (Math.abs(drift) > MAX_DRIFT_MS) offset += drift;
    return clock() + offset;
  };
}
