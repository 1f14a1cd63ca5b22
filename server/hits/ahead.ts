/**
 * Reads ahead for the commands behind one that is done in place: a CPU that knows many addresses waits for memory once.
 *
 * Invariant: decides nothing. It looks at the keys of commands that stand whole in the same chunk, whatever they are, and at
 * each command once; the reader finds them again. GETs in a run have theirs (run-hashes.ts). Allocates nothing.
 */
import { MAX_RUN } from "../../proto/get-run.ts";
import type { Groups, HeldGroup } from "../groups/groups.ts";
import { RunHashes } from "./run-hashes.ts";

/** Longer bytes are no chunk, but a command that was put together: this object would keep them. */
const MAX_CHUNK_BYTES = 1 << 16;
/** A longer number is no length of anything in a chunk. */
const MAX_DIGITS = 5;
const EMPTY = Buffer.alloc(0);
const [STAR, DOLLAR, CR, ZERO] = [0x2a, 0x24, 0x0d, 0x30];

export class Ahead {
  bytes: Buffer = EMPTY;
  count = 0;
  readonly keyStart = new Int32Array(MAX_RUN);
  readonly keyEnd = new Int32Array(MAX_RUN);
  readonly #groups: Groups<HeldGroup>;
  readonly #known = new RunHashes();
  /** Where the first command begins that has not been looked at. */
  #until = 0;

  constructor(groups: Groups<HeldGroup>) {
    this.#groups = groups;
  }

  /** Reads ahead for the commands that begin at `from`, unless it has done so. */
  read(bytes: Buffer, from: number): void {
    if (from >= bytes.length || bytes.length > MAX_CHUNK_BYTES) return;
    if (bytes === this.bytes && from < this.#until) return;
    let at = from;
    this.count = 0;
    while (this.count < MAX_RUN) {
      const next = this.#match(bytes, at, this.count);
      if (next < 0) break;
      at = next;
      this.count++;
    }
    this.bytes = bytes;
    this.#until = at;
    if (this.count > 1) this.#known.prepare(this, this.#groups);
  }

  /** Notes where the second word is of the command at `at`; returns where the next command begins. -1: none is there whole. */
  #match(bytes: Buffer, at: number, i: number): number {
    const end = bytes.length;
    if (at + 4 > end || bytes[at] !== STAR || bytes[at + 2] !== CR) return -1;
    const words = bytes[at + 1]! - ZERO;
    if (words < 2 || words > 9) return -1;
    let next = at + 4;
    for (let word = 0; word < words; word++) {
      const start = startOfWord(bytes, next);
      if (start < 0) return -1;
      next = start + wordBytes + 2;
      if (next > end) return -1;
      if (word === 1) {
        this.keyStart[i] = start;
        this.keyEnd[i] = start + wordBytes;
      }
    }
    return next;
  }
}

/** The length of the word that `startOfWord` has found. */
let wordBytes = 0;

/** Where the bytes of a word begin whose header begins at `at`; -1: there is no such header. */
function startOfWord(bytes: Buffer, at: number): number {
  if (at >= bytes.length || bytes[at] !== DOLLAR) return -1;
  let length = 0;
  const end = Math.min(at + 2 + MAX_DIGITS, bytes.length);
  for (let digit = at + 1; digit < end; digit++) {
    const byte = bytes[digit]!;
    if (byte === CR) {
      wordBytes = length;
      return digit + 2;
    }
    if (byte < ZERO || byte > ZERO + 9) return -1;
    length = length * 10 + byte - ZERO;
  }
  return -1;
}
