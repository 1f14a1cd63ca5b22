/**
 * The bytes that a command is read from, in one piece however the chunks cut it.
 *
 * Owns the view on the current chunk and the kept buffer in which a cut command is put together. Keeps three
 * invariants: the kept buffer grows with bytes received, never with bytes announced; it holds the bytes of one command
 * and none behind it, so the rest of a chunk is read where it lies; and it is never written again once a command in
 * it was whole, so views on that command stay true. Does not know what the bytes mean.
 */
import assert from "node:assert";

const LF = 0x0a;
const EMPTY = Buffer.alloc(0);
/** Room for the rest of a short command, which is what most chunks end with. */
const MIN_KEPT_BYTES = 64;
/**
 * From here on the buffer grows fourfold: what it has outgrown stays in memory until the garbage collector comes, and room
 * not yet written costs none.
 */
const LARGE_BYTES = 1 << 22;
const LARGE_STEP = 4;

export class CommandInput {
  /** What is there to read: `bytes` from `start`, where the current command begins, to `end`. */
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  /** While true, `bytes` is the kept buffer, and the chunk waits with its bytes from `#chunkAt` on. */
  #isKept = false;
  #chunk: Buffer = EMPTY;
  #chunkAt = 0;

  /** What is there to read lies in the chunk, which is somebody else's. */
  get isLent(): boolean {
    return !this.#isKept;
  }

  /** Bytes kept of a command that is not whole. */
  get pendingBytes(): number {
    return this.#isKept ? this.end - this.start : 0;
  }

  /** The room for them. */
  get pendingCapacity(): number {
    return this.#isKept ? this.bytes.length : 0;
  }

  /** Only after `gather` has returned false. The chunk is held on to until it does so again, or `own`. */
  push(chunk: Buffer): void {
    assert(
      this.#isKept ? this.#chunk.length === 0 : this.start === this.end,
      "the last chunk is not used up",
    );
    this.#chunk = chunk;
    this.#chunkAt = 0;
    if (!this.#isKept) this.#readChunk();
  }

  /**
   * Called when the command at `start` is not whole, or none has begun. True: there is more to read now. False: all
   * has been read, and what belongs to an unfinished command is kept. Either way `start` may have moved, and with it
   * every offset. `payloadEnd` is where the payload being read will end, its line end included; -1 within a line.
   */
  gather(payloadEnd: number): boolean {
    if (this.#isKept && this.start < this.end) return this.#append(payloadEnd);
    if (this.#isKept) {
      this.#readChunk();
      if (this.start < this.end) return true;
    }
    this.#keepRest();
    return false;
  }

  /** Copies what it refers to of the chunk, at the same offsets. */
  own(): void {
    if (this.#isKept) this.#chunk = Buffer.from(this.#chunk);
    else this.bytes = Buffer.from(this.bytes);
  }

  /** Lets go of everything. */
  clear(): void {
    this.#chunk = EMPTY;
    this.#chunkAt = 0;
    this.#readChunk();
  }

  #readChunk(): void {
    this.bytes = this.#chunk;
    this.start = this.#chunkAt;
    this.end = this.#chunk.length;
    this.#isKept = false;
    this.#chunk = EMPTY;
    this.#chunkAt = 0;
  }

  #keepRest(): void {
    const rest = this.bytes.subarray(this.start, this.end);
    this.#isKept = rest.length > 0;
    this.bytes = this.#isKept ? Buffer.allocUnsafe(Math.max(rest.length, MIN_KEPT_BYTES)) : EMPTY;
    this.bytes.set(rest);
    this.start = 0;
    this.end = rest.length;
  }

  /** Takes from the chunk what surely belongs to the command: the rest of its payload or of its line. */
  #append(payloadEnd: number): boolean {
    const available = this.#chunk.length - this.#chunkAt;
    if (available === 0) {
      this.#chunk = EMPTY;
      this.#chunkAt = 0;
      return false;
    }
    const lacking = payloadEnd < 0 ? this.#lineRest() : payloadEnd - this.end;
    const taken = Math.min(available, lacking);
    this.#reserve(this.end + taken);
    this.end += this.#chunk.copy(this.bytes, this.end, this.#chunkAt, this.#chunkAt + taken);
    this.#chunkAt += taken;
    return true;
  }

  #lineRest(): number {
    const lineFeed = this.#chunk.indexOf(LF, this.#chunkAt);
    return (lineFeed < 0 ? this.#chunk.length : lineFeed + 1) - this.#chunkAt;
  }

  /** In steps, so that a command in one-byte chunks is copied twice in all, not once a byte. */
  #reserve(capacity: number): void {
    const { length } = this.bytes;
    if (capacity <= length) return;
    const grown = Buffer.allocUnsafe(Math.max(capacity, length * (length < LARGE_BYTES ? 2 : LARGE_STEP)));
    this.bytes.copy(grown, 0, 0, this.end);
    this.bytes = grown;
  }
}
