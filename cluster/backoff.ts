/**
 * How long to wait before the next attempt: longer after each one that failed.
 *
 * Keeps: a wait is between half and all of its step, so that members that lost the same peer do not dial all at once.
 */

const MIN_MS = 100;
const MAX_MS = 5000;

export class Backoff {
  readonly #random: () => number;
  #attempts = 0;

  /** `random`: as World.random. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** The wait before the next attempt. */
  nextMs(): number {
    const step = Math.min(MAX_MS, MIN_MS * 2 ** this.#attempts++);
    return step * (0.5 + this.#random() / 2);
  }

  /** An attempt has worked: the next wait is a short one again. */
  reset(): void {
    this.#attempts = 0;
  }
}
