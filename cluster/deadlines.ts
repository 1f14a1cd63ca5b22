/**
 * Deadlines of very many requests with one timer.
 *
 * Owns lists of ids by the slot of time in which they are due. Keeps: an id is reported once, at most two slots late,
 * never early; without ids there is no timer. Ids cannot be taken out: who was answered in time is reported too, and
 * costs eight bytes until then. (A timer for each request costs a microsecond; so does a search for those due.)
 */

import type { Timer, World } from "./world.ts";

const SLOT_MS = 10;

export class Deadlines {
  readonly #world: Pick<World, "clock" | "every" | "soon">;
  /** Beside the world: asked once a request. */
  readonly #clock: () => number;
  readonly #due: (id: number) => void;
  readonly #slots = new Map<number, number[]>();
  /** The slot last added to, which is nearly always the next one, too. */
  #slot = Number.NaN;
  #ids: number[] = [];
  #timer: Timer | undefined;

  constructor(world: Pick<World, "clock" | "every" | "soon">, due: (id: number) => void) {
    this.#world = world;
    this.#clock = world.clock;
    this.#due = due;
  }

  add(id: number, timeoutMs: number): void {
    const slot = Math.ceil((this.#clock() + timeoutMs) / SLOT_MS);
    if (slot !== this.#slot) this.#useSlot(slot);
    this.#ids.push(id);
    // After the poll phase: what arrived while this process was held up is still in time.
    this.#timer ??= this.#world.every(SLOT_MS, () => this.#world.soon(() => this.#sweep()));
  }

  #useSlot(slot: number): void {
    this.#slot = slot;
    this.#ids = this.#slots.get(slot) ?? [];
    this.#slots.set(slot, this.#ids);
  }

  /** Reports what is due by now. */
  #sweep(): void {
    const now = this.#clock() / SLOT_MS;
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
