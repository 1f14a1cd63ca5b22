/**
 * Deadlines of very many requests with one timer.
 *
 * Owns lists of ids by the slot of time in which they are due. Keeps: each id is reported once, never early and at most
 * two slots late; without ids there is no timer. An id cannot be taken out: the id of an answered request is reported,
 * too, and costs eight bytes until then. (One timer a request would cost a microsecond; so would searching for the ids
 * due.)
 */

import type { Timer, World } from "./world.ts";

const SLOT_MS = 10;

export class RequestDeadlines {
  readonly #world: Pick<World, "clock" | "every" | "soon">;
  readonly #due: (id: number) => void;
  readonly #slots = new Map<number, number[]>();
  /** The slot of the last `add`; the next id nearly always belongs there, too. */
  #slot = Number.NaN;
  #ids: number[] = [];
  #timer: Timer | undefined;

  constructor(world: Pick<World, "clock" | "every" | "soon">, due: (id: number) => void) {
    this.#world = world;
    this.#due = due;
  }

  add(id: number, timeoutMs: number): void {
    const slot = Math.ceil((this.#world.clock() + timeoutMs) / SLOT_MS);
    if (slot !== this.#slot) this.#useSlot(slot);
    this.#ids.push(id);
    // `soon`: an answer that arrived while this process was held up is read before its request is late.
    this.#timer ??= this.#world.every(SLOT_MS, () => this.#world.soon(() => this.#sweep()));
  }

  #useSlot(slot: number): void {
    this.#slot = slot;
    this.#ids = this.#slots.get(slot) ?? [];
    this.#slots.set(slot, this.#ids);
  }

  /** Reports the ids that are due by now. */
  #sweep(): void {
    const now = this.#world.clock() / SLOT_MS;
    for (const [slot, ids] of this.#slots) {
      if (slot > now) continue;
      this.#slots.delete(slot);
      if (slot === this.#slot) this.#slot = Number.NaN;
      for (const id of ids) this.#due(id);
    }
    if (this.#slots.size === 0) this.close();
  }

  /** Forgets all ids. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#slots.clear();
    this.#slot = Number.NaN;
  }
}
