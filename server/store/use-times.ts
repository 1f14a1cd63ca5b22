/**
 * When what was used last: the ticks of a shard's clock of uses, told as time.
 *
 * Owns readings of that clock, taken now and then. Keeps: their number is bounded, and the older a reading, the fewer are kept
 * around it, so that an idle time is off by a share of itself. Does not know entries; `lru` alone counts ticks.
 */

/** Readings kept: taken once a second they are exact for a minute, and within some per cent for days. */
const MAX_READINGS = 128;

interface Reading {
  readonly atMs: number;
  readonly tick: number;
}

export class UseTimes {
  readonly #readings: Reading[] = [];

  /** The clock of uses stands at `tick` now. */
  note(nowMs: number, tick: number): void {
    const last = this.#readings.at(-1);
    // Nothing was used since: the reading before this one says as much.
    if (last?.tick === tick) return;
    this.#readings.push({ atMs: nowMs, tick });
    if (this.#readings.length > MAX_READINGS) this.#forgetOne(nowMs);
  }

  /** How long ago the use was that was stamped with `stamp`, at least; 0: no reading is younger. */
  idleMs(nowMs: number, stamp: number): number {
    // A use is stamped with the tick before it; ticks go round at 2^32.
    const after = this.#readings.find(({ tick }) => ((tick - stamp) | 0) > 0);
    return after === undefined ? 0 : nowMs - after.atMs;
  }

  /** The reading goes whose neighbours are nearest to each other for their age. */
  #forgetOne(nowMs: number): void {
    const readings = this.#readings;
    let least = Number.POSITIVE_INFINITY;
    let at = 1;
    for (let i = 1; i < readings.length - 1; i++) {
      const share = (readings[i + 1]!.atMs - readings[i - 1]!.atMs) / (nowMs - readings[i]!.atMs);
      if (share >= least) continue;
      least = share;
      at = i;
    }
    readings.splice(at, 1);
  }
}
