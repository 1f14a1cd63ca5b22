/**
 * When the stores of a member are swept for entries whose time is up.
 *
 *     ── slice ──────── 100 ms ──────── slice ─ 10 ms ─ slice ─ 10 ms ─ slice ──────── 100 ms ────────
 *        little is due                  much is due: each slice ends with its millisecond
 *
 * Invariant: a slice takes about a millisecond at most, however much is due, and all slices together a tenth of the
 * thread's time. Stores take turns. Does not know how a store finds what is due.
 */
import type { Store } from "../store/store.ts";

/** A slice, and the pauses behind one. */
const SLICE_MS = 1;
const BEHIND_PAUSE_MS = 10;
export const EXPIRY_PAUSE_MS = 100;

interface Expiring {
  readonly groups: readonly { readonly store: Store; readonly mirrors: Store | undefined }[];
  readonly clock: () => number;
}

export class Expiry {
  readonly #stores: readonly Store[];
  readonly #clock: () => number;
  /** The store that the next slice begins with. */
  #next = 0;

  constructor({ groups, clock }: Expiring) {
    this.#stores = groups.flatMap(({ store, mirrors }) =>
      mirrors === undefined ? [store] : [store, mirrors],
    );
    this.#clock = clock;
  }

  /** One slice; returns in how many milliseconds the next one is to come. */
  slice(): number {
    const until = this.#clock() + SLICE_MS;
    for (let visited = 0; visited < this.#stores.length; visited++) {
      const at = this.#next;
      this.#next = (at + 1) % this.#stores.length;
      if (!this.#stores[at]!.sweep(until - this.#clock()).isBehind) continue;
      // A store that has not had the whole slice begins the next one; otherwise it might never have time left for it.
      if (visited > 0) this.#next = at;
      return BEHIND_PAUSE_MS;
    }
    return EXPIRY_PAUSE_MS;
  }
}
