/**
 * The time of day, for commands that set or ask the end of a lifetime as a time of day (EXPIREAT, EXAT, EXPIRETIME), and in
 * microseconds for TIME.
 *
 * Invariant: the clock of lifetimes runs with the node's own clock, so a deadline comes out as it went in, to the millisecond. It
 * follows the system's time of day only when the two are far apart, because somebody has set the system's.
 */

/** The two clocks drift apart by less than this between two uses. A larger difference means that the time was set. */
const MAX_DRIFT_MS = 1000;
/**
 * The system tells whole milliseconds, so it is behind by up to one. A clock that is behind would give an entry with PXAT a
 * longer life than the client has asked for; this one is ahead instead.
 */
const AHEAD_MS = 1;

/** A number of milliseconds whose thousands are 999. */
const LAST_MICROSECOND_MS = 0.9995;

/** A clock in milliseconds since 1970, with fractions. `clock` is monotonic, in milliseconds. */
export function wallClock(clock: () => number, timeOfDay: () => number = Date.now): () => number {
  // The node's own clock first: a pause in between must not put this one behind.
  const startedMs = clock();
  let offset = timeOfDay() + AHEAD_MS - startedMs;
  return () => {
    const drift = timeOfDay() + AHEAD_MS - (clock() + offset);
    if (Math.abs(drift) > MAX_DRIFT_MS) offset += drift;
    return clock() + offset;
  };
}

/**
 * A clock in whole microseconds since 1970. Node says the time of day in whole milliseconds only: what has passed within
 * one of them is what the monotonic `clock` says.
 */
export function microsecondClock(clock: () => number, timeOfDay: () => number = Date.now): () => number {
  let offset = timeOfDay() - clock();
  return () => {
    const ms = timeOfDay();
    const aheadMs = clock() + offset - ms;
    // The system rounds down, so the two agree while this clock is ahead by less than a millisecond.
    if (aheadMs < 0) offset -= aheadMs;
    else if (aheadMs >= 1) offset -= aheadMs - LAST_MICROSECOND_MS;
    return ms * 1000 + Math.floor(Math.min(Math.max(aheadMs, 0), LAST_MICROSECOND_MS) * 1000);
  };
}
