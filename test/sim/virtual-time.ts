/**
 * Time for simulations: events in an order that a seed decides, dice from the same seed, and timers for what is
 * simulated.
 *
 * Keeps: one seed is one run, event for event, as long as the code that events start uses only promises, process.nextTick
 * and the timers of this class. Nothing waits for real time. Knows nothing of what is simulated.
 */

import { setImmediate as turn } from "node:timers/promises";
import type { Timer, World } from "../../cluster/world.ts";

/** Mulberry32: 32 bits of state are plenty for runs of some hundred events. Returns numbers from 0 up to 1. */
function diceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Event {
  readonly at: number;
  readonly run: () => void;
}

/** No wait of a test is longer: heartbeats, handshakes and back-offs take seconds. */
const MAX_WAIT_MS = 60_000;

export class VirtualTime implements Omit<World, "connect" | "listen"> {
  now = 0;
  readonly random: () => number;
  /** From the last event to the next one. Of the events at one time, the one added last stands first. */
  readonly #events: Event[] = [];

  constructor(seed: number) {
    this.random = diceOf(seed);
  }

  readonly clock = () => this.now;
  readonly randomBytes = (count: number) => Uint8Array.from({ length: count }, () => this.pick(256));
  readonly after = (ms: number, run: () => void) => this.at(this.now + Math.max(ms, 0), run);
  readonly soon = (run: () => void) => void this.at(this.now, run);
  readonly every = (ms: number, run: () => void): Timer => {
    let next: Timer;
    let isCancelled = false;
    const beat = () => {
      run();
      if (!isCancelled) next = this.after(ms, beat);
    };
    next = this.after(ms, beat);
    const cancel = () => {
      isCancelled = true;
      next.cancel();
    };
    return { cancel };
  };
  readonly quietlyAfter = this.after;
  readonly quietlyEvery = this.every;

  /** A whole number from 0 up to `below`. */
  pick(below: number): number {
    return Math.floor(this.random() * below);
  }

  /** Has `run` called at that time, after the events that were added for that time before. */
  at(time: number, run: () => void): Timer {
    const event = { at: time, run };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#events[middle]!.at > time) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
    return { cancel: () => this.#cancel(event) };
  }

  /** Has `run` called after a random delay of up to `maxDelay`; two events hardly ever happen at one time. */
  later(maxDelay: number, run: () => void): void {
    this.at(this.now + this.random() * maxDelay, run);
  }

  /** Waits for a random time of up to `maxDelay`. */
  pass(maxDelay: number): Promise<void> {
    return new Promise((resolve) => this.later(maxDelay, resolve));
  }

  /** Runs events, the earliest first, each with everything that follows from it by promises, until none is left. */
  run(): Promise<void> {
    return this.#runWhile(() => true);
  }

  /** Runs the events of the next so many milliseconds, those at their end too. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    await this.#runWhile((at) => at <= end);
    this.now = end;
  }

  /** Runs events until `isSo` is true. Rejects with the name `what` when that takes more than a virtual minute. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const end = this.now + MAX_WAIT_MS;
    await this.#runWhile((at) => at <= end && !isSo());
    if (!isSo()) throw new Error(`waited in vain for ${what}`);
  }

  /** Runs events until the promise has settled; resolves or rejects as the promise did. */
  async outcome<T>(what: string, promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    await this.until(what, () => isSettled);
    return promise;
  }

  async #runWhile(goesOn: (at: number) => boolean): Promise<void> {
    for (;;) {
      await turn();
      const next = this.#events.at(-1);
      if (next === undefined || !goesOn(next.at)) return;
      this.#events.pop();
      this.now = next.at;
      next.run();
    }
  }

  #cancel(event: Event): void {
    const at = this.#events.indexOf(event);
    if (at >= 0) this.#events.splice(at, 1);
  }
}
