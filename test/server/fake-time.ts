/**
 * Time that passes when the test says so: a clock, and timers that ring while it is advanced.
 *
 * For what stands on Node's streams, whose turns are real: `soon` is setImmediate, and `advance` does not wait. Where
 * nothing is real, sim/virtual-time.ts does as well.
 */
import type { Timer, World } from "../../cluster/world.ts";

interface Alarm extends Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

export class FakeTime implements Omit<World, "random" | "randomBytes" | "connect" | "listen"> {
  now = 1000;
  #alarms: Alarm[] = [];

  readonly clock = (): number => this.now;
  /** As on a real machine, so that promises and streams keep their order. */
  readonly soon = setImmediate;
  readonly after = (ms: number, run: () => void): Timer => {
    const alarm = { dueMs: this.now + ms, run, cancel: () => this.#remove(alarm) };
    this.#alarms.push(alarm);
    return alarm;
  };
  readonly every = (ms: number, run: () => void): Timer => {
    const beat = () => {
      next = this.after(ms, beat);
      run();
    };
    let next = this.after(ms, beat);
    return { cancel: () => next.cancel() };
  };
  readonly quietlyAfter = this.after;
  readonly quietlyEvery = this.every;

  /** Timers that wait. */
  get waiting(): number {
    return this.#alarms.length;
  }

  /** Lets time pass; timers ring in the order of their times. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = this.#alarms.filter(({ dueMs }) => dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.now = Math.max(this.now, due.dueMs);
      this.#remove(due);
      due.run();
    }
    this.now = end;
  }

  #remove(alarm: Alarm): void {
    this.#alarms = this.#alarms.filter((each) => each !== alarm);
  }
}
