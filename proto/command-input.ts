/**
 * The bytes of a command in one piece, however the chunks cut it.
 *
 * Owns the view on the current chunk, and the kept buffer in which a cut command is put together. Keeps three invariants:
 * - the kept buffer grows with the bytes that came; from 16 KiB on, it is as long as what is announced, up to 20 times what came;
 * - it holds the bytes of one command and none behind it, so the rest of a chunk is read where it lies;
 * - once a command in it is whole, it is never written again if there may be views on that command, so they stay right.
 * Does not know what the bytes mean.
 */
import assert from "node:assert";
import { type SpareBuffers, threadSpares } from "./spare-buffers.ts";

const LF = 0x0a;
const EMPTY = Buffer.alloc(0);
/** The first capacity for a cut command: most chunks that cut a command cut a short one. */
const MIN_KEPT_BYTES = 64;
/**
 * From here on the buffer grows fourfold: each buffer that it has outgrown stays in memory until the garbage collector
 * comes, while capacity that has not been written takes no memory.
 */
const LARGE_BYTES = 1 << 22;
const LARGE_STEP = 4;
/** When so many bytes of a command have come, room for so many times as many is taken at once, if they are announced. */
const AHEAD_BYTES = 1 << 14;
const AHEAD_TIMES = 20;
/** Behind a long value there may be short arguments, as in `SET key value EX 100`. */
const TAIL_BYTES = 256;
/** The lengths of long buffers are multiples of it, so that commands of almost one length can have the same spare one. */
const LENGTH_STEP = 1 << 12;
/** A shorter rest of a payload is copied for less than a read of its own costs. */
const LEAST_ROOM_BYTES = 1 << 14;
/** No client may have more read at once, while others wait. */
const MOST_ROOM_BYTES = 1 << 20;

export class CommandInput {
  /** The bytes to read are `bytes[start, end)`; the current command begins at `start`. */
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  /** True: `bytes` is the kept buffer, and the chunk's bytes from `#chunkAt` on wait. False: `bytes` is the chunk. */
  #isKept = false;
  #chunk: Buffer = EMPTY;
  #chunkAt = 0;
  /** Somebody may have views on the kept buffer. */
  #isShared = false;
  readonly #spares: SpareBuffers;

  constructor(spares = threadSpares) {
    this.#spares = spares;
  }

  /** Gives memory up that no connection of this thread has needed since the last call. To be called now and then. */
  static rest(): void {
    threadSpares.rest();
  }

  /** A part of `bytes` in memory that nobody writes to: a copy where it lies in the chunk. */
  owned(view: Buffer): Buffer {
    if (!this.#isKept) return Buffer.from(view);
    this.#isShared = true;
    return view;
  }

  /** The bytes kept of a command that is not whole. */
  get pendingBytes(): number {
    return this.#isKept ? this.end - this.start : 0;
  }

  /** All bytes held: the current chunk or what is kept of it, the commands that have been read included, and what waits. */
  get heldBytes(): number {
    return this.end + this.#chunk.length - this.#chunkAt;
  }

  /** The capacity of the kept buffer. */
  get pendingCapacity(): number {
    return this.#isKept ? this.bytes.length : 0;
  }

  /**
   * Takes the next chunk; call it only after `gather` has returned false. Holds the chunk until the next false, or `own`.
   */
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
   * Gets more bytes; call it when no whole command lies at `start`. True: there are more bytes now. False: the chunk is
   * used up, and the bytes of an unfinished command are kept. In both cases `start` may have moved, and with it every
   * offset. `payloadEnd` is where the payload that is being read ends, its line end included; -1: a line is being read.
   */
  gather(payloadEnd: number): boolean {
    if (this.#isKept && this.start < this.end) return this.#append(payloadEnd);
    if (this.#isKept) {
      if (!this.#isShared) this.#spares.give(this.bytes);
      this.#readChunk();
      if (this.start < this.end) return true;
    }
    this.#keepRest(payloadEnd - this.start);
    return false;
  }

  /**
   * Where the next bytes of the payload belong that ends at `payloadEnd`; undefined: it lacks few bytes or none, or few have come.
   * A chunk that was read to the beginning of this room is not copied. Holds until the next `push`.
   */
  roomFor(payloadEnd: number): Buffer | undefined {
    const { end } = this;
    const isLong = end >= AHEAD_BYTES && payloadEnd - end >= LEAST_ROOM_BYTES;
    if (!isLong || !this.#isKept || this.#chunk.length > 0) return undefined;
    this.#reserve(end + LEAST_ROOM_BYTES, end, payloadEnd);
    return this.bytes.subarray(end, Math.min(payloadEnd, this.bytes.length, end + MOST_ROOM_BYTES));
  }

  /** Copies the chunk, so that its owner may write to it. Offsets stay the same. */
  own(): void {
    if (this.#isKept) this.#chunk = Buffer.from(this.#chunk);
    else this.bytes = Buffer.from(this.bytes);
  }

  /** Gives up all bytes. */
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

  /** `announced`: the length of the command, as far as it is known. */
  #keepRest(announced: number): void {
    const rest = this.bytes.subarray(this.start, this.end);
    this.#isKept = rest.length > 0;
    this.#isShared = false;
    this.bytes = this.#isKept
      ? this.#roomOf(Math.max(rest.length, MIN_KEPT_BYTES), rest.length, announced)
      : EMPTY;
    this.bytes.set(rest);
    this.start = 0;
    this.end = rest.length;
  }

  /** Copies from the chunk only what surely belongs to the command: the rest of its payload or of its line. */
  #append(payloadEnd: number): boolean {
    const available = this.#chunk.length - this.#chunkAt;
    if (available === 0) {
      this.#chunk = EMPTY;
      this.#chunkAt = 0;
      return false;
    }
    const lacking = payloadEnd < 0 ? this.#lineRest() : payloadEnd - this.end;
    const taken = Math.min(available, lacking);
    if (!this.#isInPlace(taken)) {
      this.#reserve(this.end + taken, this.end + taken, payloadEnd);
      this.#chunk.copy(this.bytes, this.end, this.#chunkAt, this.#chunkAt + taken);
    }
    this.end += taken;
    this.#chunkAt += taken;
    return true;
  }

  /** Whether the chunk's next bytes are where they belong already: they were read to what `roomFor` has lent. */
  #isInPlace(bytes: number): boolean {
    const { buffer, byteOffset } = this.#chunk;
    const { bytes: kept, end } = this;
    const isHere = buffer === kept.buffer && byteOffset + this.#chunkAt === kept.byteOffset + end;
    // Another buffer of Node's pool may begin where a full one ends.
    return isHere && end + bytes <= kept.length;
  }

  #lineRest(): number {
    const lineFeed = this.#chunk.indexOf(LF, this.#chunkAt);
    return (lineFeed < 0 ? this.#chunk.length : lineFeed + 1) - this.#chunkAt;
  }

  /**
   * Makes room for so many bytes, of which `came` have come. Grows in steps: a command of n bytes in one-byte chunks then costs
   * less than 3 n copied bytes.
   */
  #reserve(bytes: number, came: number, announced: number): void {
    const outgrown = this.bytes;
    const { length } = outgrown;
    if (bytes <= length) return;
    const grown = length * (length < LARGE_BYTES ? 2 : LARGE_STEP);
    this.bytes = this.#roomOf(Math.max(bytes, grown), came, announced);
    outgrown.copy(this.bytes, 0, 0, this.end);
    // The command was not whole, so nobody has seen it.
    this.#spares.give(outgrown);
  }

  /** For `bytes`, of which `came` have come, and for more of what is announced if that may be taken now. */
  #roomOf(bytes: number, came: number, announced: number): Buffer {
    const wanted = Math.max(bytes, Math.min(announced + TAIL_BYTES, came * AHEAD_TIMES));
    const length = Math.ceil(wanted / LENGTH_STEP) * LENGTH_STEP;
    const spare = this.#spares.take(length);
    if (spare !== undefined) return spare;
    return came < AHEAD_BYTES ? Buffer.allocUnsafe(bytes) : Buffer.allocUnsafeSlow(length);
  }
}
