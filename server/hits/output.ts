/**
 * Where the replies of one turn are gathered before they go to a socket as one write.
 *
 * Invariant: bytes below `length` are complete replies, or the caller sets `length` back to a mark it took. One
 * output serves all connections of a thread, so what is in it must be taken out before the turn ends.
 */
import { writeBulkHeader, writeCrlf } from "../../proto/reply-writers.ts";
import type { ABSENT, MISS, Store } from "../store/store.ts";

/** Room kept free beyond a value: `$`, up to 16 digits and two CRLF. */
const FRAMING_BYTES = 24;
/** A buffer that one huge value made larger than this is given back after the turn. */
const KEPT_BYTES = 1 << 20;
const FIRST_BYTES = 1 << 16;

/** What `hit` found. */
export type HitResult = typeof MISS | typeof ABSENT | 0;
export const HIT = 0;

export class Output {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #view = new DataView(this.#buffer.buffer);
  length = 0;

  /** Appends a finished reply. */
  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /**
   * Appends the value of a key as a bulk string, straight from the store. On MISS nothing is appended, and on ABSENT
   * neither: what null looks like is the connection's affair.
   */
  hit(store: Store, chunk: Uint8Array, start: number, end: number, hash: number): HitResult {
    for (;;) {
      const bytes = store.find(chunk, start, end, hash);
      if (bytes < 0) return bytes as HitResult;
      this.#reserve(bytes + FRAMING_BYTES);
      const at = writeBulkHeader(this.#buffer, this.length, bytes);
      store.copyFound(this.#buffer, this.#view, at);
      if (!store.foundIntact()) continue;
      this.length = writeCrlf(this.#buffer, at + bytes);
      return HIT;
    }
  }

  /** Takes out a copy of everything from `mark` on. */
  take(mark: number): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(mark, this.length));
    this.length = mark;
    return bytes;
  }

  /**
   * A part of it, where it lies: to be written to a socket at once, before `returned` is called. Saves the copy: nearly
   * always the kernel takes all of it while it is being written.
   */
  view(start: number, end: number): Buffer {
    return this.#buffer.subarray(start, end);
  }

  /** Empties it. `isTaken`: nobody refers to a view any more; else it is left to who does, and another buffer takes its place. */
  returned(isTaken: boolean): void {
    this.length = 0;
    if (!isTaken || this.#buffer.length > KEPT_BYTES) this.#use(Buffer.allocUnsafeSlow(FIRST_BYTES));
  }

  #use(buffer: Buffer<ArrayBuffer>): void {
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer);
  }

  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.length);
    this.#use(larger);
  }
}
