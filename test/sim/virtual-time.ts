/**
 * Time for simulations: events in an order that a seed decides, and dice from the same seed.
 *
 * Keeps: one seed is one run, event for event, provided that what the events start goes on by promises alone. Knows
 * nothing of what is simulated.
 */

/** Mulberry32: 32 bits of state are plenty for runs of some hundred events. Returns numbers from 0 up to 1. */
export function diceOf(seed: number): () => number {
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

export class VirtualTime {
  now = 0;
  readonly random: () => number;
  #events: Event[] = [];

  constructor(seed: number) {
    this.random = diceOf(seed);
  }

  /** A whole number from 0 up to `below`. */
  pick(below: number): number {
    return Math.floor(this.random() * below);
  }

  /** Has `run` happen after a delay of up to `maxDelay`; two events hardly ever fall together. */
  later(maxDelay: number, run: () => void): void {
    this.#events.push({ at: this.now + this.random() * maxDelay, run });
  }

  /** Waits for up to `maxDelay`. */
  pass(maxDelay: number): Promise<void> {
    return new Promise((resolve) => this.later(maxDelay, resolve));
  }

  /** Runs events, the earliest first, each with everything that follows from it by promises, until none is left. */
  async run(): Promise<void> {
    while (this.#events.length > 0) {
      let first = 0;
      for (let i = 1; i < this.#events.length; i++) {
        if (this.#events[i]!.at < this.#events[first]!.at) first = i;
      }
      const [event] = this.#events.splice(first, 1);
      this.now = event!.at;
      event!.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
