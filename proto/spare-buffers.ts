/**
 * Memory in which large commands or frames were put together, for the next ones of this thread.
 *
 * Invariants: nobody has a view of a spare buffer, and all of them together are bounded. New memory of this size is fresh pages
 * and work for the garbage collector: both cost more than to read the command. Does not know what the bytes mean.
 */

/** Shorter buffers are cheap to make. */
const SHORTEST_BYTES = 1 << 14;
/** Longer ones are for commands that are rare. */
const LONGEST_BYTES = 1 << 22;
/** Of all spare buffers. */
const MOST_BYTES = 1 << 25;
/** A buffer more than so many times as long as is needed is left to a command that needs it. */
const MOST_TIMES = 4;

export class SpareBuffers {
  /** The shortest first. */
  readonly #buffers: Buffer[] = [];
  #bytes = 0;
  /** The least that `#bytes` was since `rest`. */
  #unused = 0;

  /** The bytes of all spare buffers. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The shortest spare buffer with room for so many bytes; undefined: there is none, or it is much too long. */
  take(bytes: number): Buffer | undefined {
    const at = this.#firstFrom(bytes);
    if (at === this.#buffers.length || this.#buffers[at]!.length > bytes * MOST_TIMES) return undefined;
    const [taken] = this.#buffers.splice(at, 1);
    this.#bytes -= taken!.length;
    if (this.#bytes < this.#unused) this.#unused = this.#bytes;
    return taken;
  }

  /** Keeps a buffer of which nobody has a view, if there is room. */
  give(buffer: Buffer): void {
    const { length } = buffer;
    const isKept = length >= SHORTEST_BYTES && length <= LONGEST_BYTES && this.#bytes + length <= MOST_BYTES;
    if (!isKept) return;
    this.#buffers.splice(this.#firstFrom(length), 0, buffer);
    this.#bytes += length;
  }

  /** Gives memory up that nothing has needed since the last call. To be called now and then. */
  rest(): void {
    for (let i = this.#buffers.length - 1; i >= 0; i--) {
      const { length } = this.#buffers[i]!;
      if (length > this.#unused) continue;
      this.#buffers.splice(i, 1);
      this.#bytes -= length;
      this.#unused -= length;
    }
    this.#unused = this.#bytes;
  }

  /** The place of the first buffer that is no shorter. */
  #firstFrom(bytes: number): number {
    let [from, to] = [0, this.#buffers.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#buffers[middle]!.length < bytes) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** All connections and links of a thread share them. */
export const threadSpares = new SpareBuffers();
