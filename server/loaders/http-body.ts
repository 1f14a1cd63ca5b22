/**
 * Puts the body of a response together in one piece.
 *
 * Invariant: never more is taken than the limit. All of an announced body has room when its first bytes have come; one that is not
 * announced is joined at its end. A body that comes in one chunk is not copied. Knows no HTTP.
 */
import { ValueTooLarge } from "./errors.ts";

/** Chunks of a body that is not announced are kept as they are from here on: an object for each byte would take too much memory. */
const LONG_CHUNK_BYTES = 1 << 12;
const SHORT_CHUNKS_BYTES = 1 << 14;

export class HttpBody {
  readonly #maxBytes: number;
  /** How long the body will be; 0: nobody knows. */
  readonly #announced: number;
  #length = 0;
  /** What has come, one behind the other. For an announced body it is one piece, with room for what comes. */
  readonly #pieces: Buffer[] = [];
  /** Bytes in the last piece if it has room for more short chunks; 0: it has not. */
  #inLast = 0;

  /** `announced`: undefined if nobody knows. */
  constructor(announced: number | undefined, maxBytes: number) {
    this.#announced = Math.min(announced ?? 0, maxBytes);
    this.#maxBytes = maxBytes;
  }

  /** Takes the next chunk, which nobody may write to from now on. Throws ValueTooLarge at the limit. */
  add(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#maxBytes) throw new ValueTooLarge();
    if (chunk.length === 0) return;
    if (this.#announced > chunk.length) this.#append(chunk, this.#announced);
    else if (this.#length > 0 && chunk.length < LONG_CHUNK_BYTES) this.#append(chunk, SHORT_CHUNKS_BYTES);
    else this.#keep(chunk);
    this.#length = length;
  }

  /** The whole body. To be called once, when all of it has come. */
  end(): Buffer {
    this.#closeLast();
    const [first, second] = this.#pieces;
    return first !== undefined && second === undefined ? first : Buffer.concat(this.#pieces, this.#length);
  }

  #keep(chunk: Buffer): void {
    this.#closeLast();
    this.#pieces.push(chunk);
  }

  /** Copies a chunk into the last piece, or into a new one with so much room. */
  #append(chunk: Buffer, room: number): void {
    let last = this.#inLast === 0 ? undefined : this.#pieces.at(-1)!;
    if (last === undefined || this.#inLast + chunk.length > last.length) {
      this.#closeLast();
      last = Buffer.allocUnsafeSlow(Math.max(room, chunk.length));
      this.#pieces.push(last);
    }
    last.set(chunk, this.#inLast);
    this.#inLast += chunk.length;
  }

  /** Nothing more goes into the last piece. */
  #closeLast(): void {
    if (this.#inLast === 0) return;
    this.#pieces.push(this.#pieces.pop()!.subarray(0, this.#inLast));
    this.#inLast = 0;
  }
}
