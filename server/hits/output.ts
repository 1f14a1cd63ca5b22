/**
 * Gathers the replies of one turn of the event loop, so that each client gets its own in one write.
 *
 * Invariant: the bytes below `length` are complete replies; a caller that gives up in the middle of one sets `length`
 * back to where the reply began. One output serves all connections of a thread; it is emptied at the end of each turn of
 * the event loop.
 */
import { writeBulkHeader, writeCrlf, writeInteger } from "../../proto/reply-writers.ts";
import type { ABSENT, MISS, Store } from "../store/store.ts";

/** A copy that is not longer is faster in a loop than with `set`. */
const SHORT_BYTES = 16;
/** The room around a value: `$`, up to 16 digits and two CRLF. */
const FRAMING_BYTES = 24;
/**
 * A buffer that has become larger than this is not kept after the turn. The write queue keeps replies of everyday sizes below
 * it: 256 KiB of finished ones, and as much again of one client.
 */
const KEPT_BYTES = 1 << 20;
const FIRST_BYTES = 1 << 16;

/** Values from here on go from the store to the kernel; a smaller one is copied for less than a write of its own costs. */
export const LARGE_BYTES = 1 << 14;

/** The client whose turn it is, as far as large values go. */
export interface LargeValues {
  /** Writes the value that `store` has found as a bulk string, behind the client's replies before. False: not now. */
  sendFound(store: Store, bytes: number): boolean;
}

/** What `hit` found. */
type HitResult = typeof MISS | typeof ABSENT | 0;
export const HIT = 0;

export class Output {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #view = new DataView(this.#buffer.buffer);
  length = 0;
  /** Takes large values of the replies that are gathered now. Undefined: they are copied. */
  large: LargeValues | undefined = undefined;
  /** The largest length since `rest`. */
  #peak = 0;

  /** Appends a finished reply. */
  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    if (bytes.length > SHORT_BYTES) this.#buffer.set(bytes, this.length);
    else for (let i = 0; i < bytes.length; i++) this.#buffer[this.length + i] = bytes[i]!;
    this.length += bytes.length;
  }

  /**
   * Appends the value of a key as a bulk string, straight from the store. Appends nothing on MISS, nor on ABSENT, because
   * a null has another form in RESP3. `isAlone`: the value is all of the reply, so it may leave at once.
   */
  hit(
    store: Store,
    chunk: Uint8Array,
    start: number,
    end: number,
    hash: number,
    isAlone: boolean,
  ): HitResult {
    for (;;) {
      const bytes = store.find(chunk, start, end, hash);
      if (bytes < 0) return bytes as HitResult;
      if (bytes >= LARGE_BYTES && isAlone && this.large?.sendFound(store, bytes)) return HIT;
      this.#reserve(bytes + FRAMING_BYTES);
      const at = writeBulkHeader(this.#buffer, this.length, bytes);
      store.copyFound(this.#buffer, this.#view, at);
      if (!store.foundIntact()) continue;
      this.length = writeCrlf(this.#buffer, at + bytes);
      return HIT;
    }
  }

  /** Appends what stands before a value of this length. */
  appendBulkHeader(bytes: number): void {
    this.#reserve(FRAMING_BYTES);
    this.length = writeBulkHeader(this.#buffer, this.length, bytes);
  }

  /** Appends an integer reply, of a number from -9 on. */
  appendInteger(value: number): void {
    this.#reserve(FRAMING_BYTES);
    this.length = writeInteger(this.#buffer, this.length, value);
  }

  /** Removes everything from `mark` on, and returns a copy of it. */
  take(mark: number): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(mark, this.length));
    this.length = mark;
    return bytes;
  }

  /**
   * The bytes from `start` to `end`, without a copy, for a socket to write at once. Nearly always the kernel takes all of
   * them during the write; `returned` must be told whether it did.
   */
  view(start: number, end: number): Buffer {
    return this.#buffer.subarray(start, end);
  }

  /**
   * Empties the output. `isTaken`: no socket refers to a view any more. Otherwise the buffer is left to the socket that
   * does, and the output takes a new one.
   */
  returned(isTaken: boolean): void {
    if (this.length > this.#peak) this.#peak = this.length;
    this.length = 0;
    if (!isTaken || this.#buffer.length > KEPT_BYTES) this.#use(Buffer.allocUnsafeSlow(FIRST_BYTES));
  }

  /** Gives memory back that nothing has needed since the last call. To be called now and then, between turns. */
  rest(): void {
    const isLarge = this.#buffer.length > FIRST_BYTES;
    if (isLarge && this.#peak <= FIRST_BYTES && this.length === 0)
      this.#use(Buffer.allocUnsafeSlow(FIRST_BYTES));
    this.#peak = 0;
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
