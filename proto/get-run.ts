/**
 * A run: GETs that follow each other in the same bytes, found together.
 *
 * Invariant: each GET of a run lies whole in `bytes`, and within the limits that the run was found with. `prepare` gets
 * the keys of a run before the first of them is answered, so that their entries can be read ahead: a CPU that knows many
 * addresses waits for memory once, not once for each key. Holds the bytes until the last GET of the run is taken.
 */
import { BULK_HEADER, type ReaderLimits } from "./command-header.ts";
import { matchGet } from "./get-fast-path.ts";

/** A CPU can have no more memory reads than this under way; more entries would push each other out of its cache. */
export const MAX_RUN = 64;

const EMPTY = Buffer.alloc(0);

export class GetRun {
  bytes: Buffer = EMPTY;
  count = 0;
  readonly keyStart = new Int32Array(MAX_RUN);
  readonly keyEnd = new Int32Array(MAX_RUN);
  readonly #prepare: (run: GetRun) => void;
  #limits: ReaderLimits | undefined;
  #next = 0;
  /** Where the next GET of the run begins. */
  #at = 0;

  /** `prepare` is called with each run as soon as it is found. */
  constructor(prepare: (run: GetRun) => void = () => {}) {
    this.#prepare = prepare;
  }

  /**
   * Takes the GET that begins at `start`; returns its position in the run. -1: no whole GET within the limits is there.
   */
  take(bytes: Buffer, start: number, end: number, limits: ReaderLimits): number {
    const isKnown = this.#at === start && this.bytes === bytes && this.#limits === limits;
    if (!isKnown && !this.#find(bytes, start, end, limits)) return -1;
    const taken = this.#next++;
    this.#at = this.keyEnd[taken]! + 2;
    if (this.#next === this.count) this.#release();
    return taken;
  }

  #find(bytes: Buffer, start: number, end: number, limits: ReaderLimits): boolean {
    const { keyStart, keyEnd } = this;
    const maxKeyBytes = longestKey(limits);
    let count = 0;
    let at = start;
    while (count < MAX_RUN && matchGet(bytes, at, end, keyStart, keyEnd, count)) {
      const next = keyEnd[count]! + 2;
      // A GET beyond a limit goes the general way, which has the error for it.
      if (keyEnd[count]! - keyStart[count]! > maxKeyBytes || next - at > limits.maxCommandBytes) break;
      at = next;
      count++;
    }
    if (count === 0) return false;
    this.bytes = bytes;
    this.count = count;
    this.#limits = limits;
    this.#next = 0;
    this.#prepare(this);
    return true;
  }

  #release(): void {
    this.bytes = EMPTY;
  }
}

function longestKey({ maxArgs, maxBulkBytes, unauthenticated }: ReaderLimits): number {
  if (maxArgs < 2) return -1;
  return unauthenticated ? Math.min(maxBulkBytes, BULK_HEADER.unauthenticatedMax) : maxBulkBytes;
}
