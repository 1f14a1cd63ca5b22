/**
 * DEL and EXPIRE of one key that change nothing but a store of this node, and looks at the lifetime of one.
 *
 * Invariant: as for plain-sets.ts: each does what its command does by cluster-changes.ts or reads/holdings.ts, while nobody has
 * to hear of it. Knows no command.
 */
import { isHeard, type PlainSetsOptions, viewOf, voidLoad } from "./plain-sets.ts";

/** What is returned when nothing has happened, and the command has to go the general way. */
export const NOT_PLAIN = -3;

export class PlainChanges {
  readonly #options: PlainSetsOptions;

  constructor(options: PlainSetsOptions) {
    this.#options = options;
  }

  /** As Store.lifeOf, for the stored key `chunk[start, end)`; or NOT_PLAIN. */
  lifeOf(chunk: Uint8Array, start: number, end: number): number {
    const group = this.#options.groups.of(chunk, start, end);
    return group === undefined ? NOT_PLAIN : group.store.lifeOf(chunk, start, end);
  }

  /** Deletes the entry of a key. 1: it held a value, 0, or NOT_PLAIN. */
  remove(chunk: Uint8Array, start: number, end: number): number {
    const group = this.#options.groups.of(chunk, start, end);
    if (group === undefined || isHeard(this.#options)) return NOT_PLAIN;
    const wasHeld = group.store.delete(chunk, start, end);
    if (group.loads.size > 0) voidLoad(group, viewOf(chunk, start, end));
    return wasHeld ? 1 : 0;
  }

  /** Has the value of a key end in `ttlMs`, more than 0. 1: it does, 0, or NOT_PLAIN. `clockMs` as in PlainSets.set. */
  expire(chunk: Uint8Array, start: number, end: number, ttlMs: number, clockMs: number): number {
    const group = this.#options.groups.of(chunk, start, end);
    if (group === undefined || isHeard(this.#options)) return NOT_PLAIN;
    if (!group.store.expire(chunk, start, end, ttlMs, clockMs)) return 0;
    if (group.loads.size > 0) voidLoad(group, viewOf(chunk, start, end));
    return 1;
  }
}
