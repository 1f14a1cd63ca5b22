/**
 * Deadlines of very many requests with one timer.
 *
 * Owns lists of ids by the slot of time in which they are due. Keeps: an id is reported once, at most two slots late,
 * never early; without ids there is no timer. Ids cannot be taken out: who was answered in time is reported too, and
 * costs eight bytes until then. (A timer for each request costs a microsecond; so does a search for those due.)
 */

const SLOT_MS = 10;

export class Deadlines {
  readonly #clock: () => number;
  readonly #due: (id: number) => void;
  readonly #slots = new Map<number, number[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: () => number, due: (id: number) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  add(id: number, timeoutMs: number): void {
    const slot = Math.ceil((this.#clock() + timeoutMs) / SLOT_MS);
    const ids = this.#slots.get(slot);
    if (ids === undefined) this.#slots.set(slot, [id]);
    else ids.push(id);
    // After the poll phase: what arrived while this process was held up is still in time.
    this.#timer ??= setInterval(() => setImmediate(() => this.sweep()), SLOT_MS);
  }

  /** Reports what is due by now. */
  sweep(): void {
    const now = this.#clock() / SLOT_MS;
    for (const [slot, ids] of this.#slots) {
      if (slot > now) continue;
      this.#slots.delete(slot);
      for (const id of ids) this.#due(id);
    }
    if (this.#slots.size === 0) this.close();
  }

  /** Forgets all ids. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#slots.clear();
  }
}
