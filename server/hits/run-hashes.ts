/**
 * The hashes of the keys in a run of GETs. They are made as soon as the run is found, so that the stores can read ahead.
 *
 * Invariant: until the next run is found, `hashes[i]` is the hash of the run's key i in its group's store, and in the
 * group's mirrors, which have the same seed. Allocates nothing.
 */
import { type GetRun, MAX_RUN } from "../../proto/get-run.ts";
import type { Groups, HeldGroup } from "../groups/groups.ts";
import type { Store } from "../store/store.ts";

/** One key alone gains nothing by being read ahead. */
const MIN_AHEAD = 2;

/** Keys that are about to be looked up: key i is `bytes[keyStart[i], keyEnd[i])`. */
type KeysAhead = Pick<GetRun, "bytes" | "count" | "keyStart" | "keyEnd">;

export class RunHashes {
  /** 0 where no group takes the key. */
  readonly hashes = new Int32Array(MAX_RUN);

  prepare({ bytes, count, keyStart, keyEnd }: KeysAhead, groups: Groups<HeldGroup>): void {
    let store: Store | undefined;
    let from = 0;
    for (let i = 0; i < count; i++) {
      const own = groups.of(bytes, keyStart[i]!, keyEnd[i]!)?.store;
      if (own !== store) {
        this.#readAhead(store, from, i);
        store = own;
        from = i;
      }
      this.hashes[i] = own === undefined ? 0 : own.hashOf(bytes, keyStart[i]!, keyEnd[i]!);
    }
    this.#readAhead(store, from, count);
  }

  #readAhead(store: Store | undefined, from: number, to: number): void {
    if (to - from >= MIN_AHEAD) store?.readAhead(this.hashes, from, to);
  }
}
