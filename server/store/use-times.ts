/**
 * How long ago an entry was used: turns ticks of a shard's clock of uses into time.
 *
 * Owns readings of that clock. Keeps: their number is bounded, and the older they are, the wider they are spaced, so an
 * idle time is wrong by a small part of itself at most. Knows no entries. Only `lru` and `noeviction` count ticks.
 */

/** With one reading a second, this many tell the last minute within 4 s, and days within an eighth. */
const MAX_READINGS = 128;

interface Reading {
  readonly atMs: number;
  readonly tick: number;
}

export class UseTimes {
  readonly #readings: Reading[] = [];

  /** Takes a reading: the clock of uses stands at `tick`. */
  note(nowMs: number, tick: number): void {
    const last = this.#readings.at(-1);
    // If there was no use since the last reading, that reading says the same.
    if (last?.tick === tick) return;
    this.#readings.push({ atMs: nowMs, tick });
    if (this.#readings.length > MAX_READINGS) this.#forgetOne(nowMs);
  }

  /** The least time since the use that has this stamp; 0: no reading has been taken since. */
  idleMs(nowMs: number, stamp: number): number {
    // A use has the tick from before it as its stamp. Ticks wrap at 2^32.
    const after = this.#readings.find(({ tick }) => ((tick - stamp) | 0) > 0);
    return after === undefined ? 0 : nowMs - after.atMs;
  }

  /** Drops the reading whose neighbours are nearest to each other, measured by their age. */
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
