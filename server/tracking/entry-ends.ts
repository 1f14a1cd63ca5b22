/**
 * Entries that end by themselves: which listeners hear of them.
 *
 * Invariant: while nobody listens, the stores call nobody. Does not know what listeners do.
 */
import type { Groups } from "../groups/groups.ts";
import type { Store } from "../store/store.ts";

/** Is called inside a store's lock, so it may only note the key. The arguments are those of `Store.onEnd`. */
export type EndListener = NonNullable<Store["onEnd"]>;

export class EntryEnds {
  readonly #groups: Pick<Groups, "all">;
  readonly #listeners = new Set<EndListener>();

  constructor(groups: Pick<Groups, "all">) {
    this.#groups = groups;
  }

  /** Says whether a listener hears of entries that end from now on. */
  set(listener: EndListener, hears: boolean): void {
    if (hears) this.#listeners.add(listener);
    else this.#listeners.delete(listener);
    const tell: EndListener = (...end) => {
      for (const each of this.#listeners) each(...end);
    };
    for (const { store } of this.#groups.all) store.onEnd = this.#listeners.size > 0 ? tell : undefined;
  }
}
