/**
 * Memory in which large commands were put together, for the next ones of this thread.
 *
 * Invariants: nobody has a view of a spare buffer, and all of them together are bounded. New memory of this size is fresh pages
 * and work for the garbage collector: both cost more than to read the command. Does not know what the bytes mean.
 */

/** Smaller buffers are cheap to make. */
const LEAST_BYTES = 1 << 14;
/** Of all spare buffers. One command of 1 MiB leaves one of 2 MiB, and smaller ones that it has outgrown. */
const MOST_BYTES = 1 << 22;

export class SpareBuffers {
  readonly #buffers: Buffer[] = [];
  #bytes = 0;

  /** The bytes of all spare buffers. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The smallest spare buffer with room for so many bytes; undefined: there is none. */
  take(bytes: number): Buffer | undefined {
    if (bytes < LEAST_BYTES) return undefined;
    let best = -1;
    for (const [i, { length }] of this.#buffers.entries()) {
      if (length >= bytes && (best < 0 || length < this.#buffers[best]!.length)) best = i;
    }
    if (best < 0) return undefined;
    const [taken] = this.#buffers.splice(best, 1);
    this.#bytes -= taken!.length;
    return taken;
  }

  /** Keeps a buffer of which nobody has a view, if there is room. */
  give(buffer: Buffer): void {
    if (buffer.length < LEAST_BYTES || this.#bytes + buffer.length > MOST_BYTES) return;
    this.#buffers.push(buffer);
    this.#bytes += buffer.length;
  }
}
