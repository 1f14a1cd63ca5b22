/**
 * GETs that stand one behind the other in the same bytes, found at once.
 *
 * Invariant: what is found lies whole in `bytes` and is within the limits that it was asked for with. Whoever wants to
 * know the keys before their turn comes hands in `prepare`: a processor that is shown many addresses waits for memory
 * once, where one key after the other waits each time. Holds the bytes until the last of the run has been taken.
 */
import { matchGet } from "./get-fast-path.ts";
import { BULK_HEADER, type ReaderLimits } from "./request-header.ts";

/** Enough for a processor to have as many loads under way as it can; more would push each other out of its cache. */
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
  /** Where the next one begins. */
  #at = 0;

  /** `prepare` is told of each run when it is found. */
  constructor(prepare: (run: GetRun) => void = () => {}) {
    this.#prepare = prepare;
  }

  /** Takes the GET that begins at `start`: its number in the run; -1 when none that is whole and within the limits does. */
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
      // What is beyond a limit is left to the general way, which says so.
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
