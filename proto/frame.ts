/**
 * Frames on the peer link: a length as a varint, then that many bytes of one protobuf message (the framing of Java's
 * writeDelimitedTo).
 *
 * Cuts a byte stream into frames; protobufjs' decodeDelimited cannot, because it cannot go on after half a frame. Keeps: a
 * length is checked before a byte of its frame is kept; memory grows with the bytes that came, never with the length that
 * was announced; bytes handed out are never written to again. Does not know what a frame means.
 *
 *     chunk  ..frame][len][frame][len][fra        a frame that is whole in one chunk is a view on the chunk
 *     chunk  me][len][frame]..                    a frame that is cut is collected in a buffer of its own
 */

import { type Reader, Writer } from "protobufjs/minimal.js";

/** The bytes are not frames within the limit, so no later byte of the stream can be trusted. */
class FrameError extends Error {
  override name = "FrameError";
}

/** The part of a generated message class that frames need. */
interface MessageType<Properties, Message> {
  encode(message: Properties, writer?: Writer): Writer;
  decode(reader: Reader | Uint8Array): Message;
}

/** The first capacity for a frame that is cut; most frames are smaller. */
const FIRST_CAPACITY = 4096;
/** Five groups of seven bits hold every length below 2^32. */
const MAX_LENGTH_BYTES = 5;

export class FrameReader {
  /** The longest frame accepted, without its length. A new limit holds for frames whose length has not been read yet. */
  maxBytes: number;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  #length = 0;
  #lengthBytes = 0;
  #lengthKnown = false;
  #collected: Buffer | undefined;
  #filled = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Takes the next bytes of the stream, after `next` has returned undefined. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * The next whole frame, without its length; undefined: more bytes are needed. The frame may be a view: nobody writes to
   * it later, but it keeps its whole chunk in memory. After a FrameError the stream cannot be read any further.
   */
  next(): Buffer | undefined {
    if (!this.#lengthKnown && !this.#readLength()) return undefined;
    const available = this.#chunk.length - this.#at;
    if (this.#filled === 0 && available >= this.#length) {
      return this.#finish(this.#take(this.#length));
    }
    this.#collect(this.#take(Math.min(available, this.#length - this.#filled)));
    return this.#filled === this.#length ? this.#finish(this.#collected!) : undefined;
  }

  /** The bytes allocated for an unfinished frame. */
  get heldBytes(): number {
    return this.#collected === undefined ? 0 : this.#collected.length;
  }

  #readLength(): boolean {
    while (this.#at < this.#chunk.length) {
      const byte = this.#chunk[this.#at++]!;
      // Multiplied, not shifted: the result of a shift has 32 bits and a sign.
      this.#length += (byte & 0x7f) * 2 ** (7 * this.#lengthBytes++);
      if (this.#length > this.maxBytes) {
        throw new FrameError(`frame of ${this.#length} bytes or more (max ${this.maxBytes})`);
      }
      if (byte < 0x80) {
        if (this.#length === 0) throw new FrameError("frame of 0 bytes");
        this.#lengthKnown = true;
        return true;
      }
      if (this.#lengthBytes === MAX_LENGTH_BYTES) throw new FrameError("frame length without an end");
    }
    return false;
  }

  #take(count: number): Buffer {
    const view = this.#chunk.subarray(this.#at, this.#at + count);
    this.#at += count;
    return view;
  }

  #collect(part: Buffer): void {
    const needed = this.#filled + part.length;
    if (this.#collected === undefined || this.#collected.length < needed) {
      const doubled = Math.max(needed, FIRST_CAPACITY, 2 * this.heldBytes);
      const grown = Buffer.allocUnsafeSlow(Math.min(this.#length, doubled));
      this.#collected?.copy(grown, 0, 0, this.#filled);
      this.#collected = grown;
    }
    part.copy(this.#collected, this.#filled);
    this.#filled = needed;
  }

  #finish(frame: Buffer): Buffer {
    this.#length = 0;
    this.#lengthBytes = 0;
    this.#lengthKnown = false;
    this.#collected = undefined;
    this.#filled = 0;
    return frame;
  }
}

/** A writer that has held more than this is not kept for the next frame. */
const MAX_KEPT_WRITER_BYTES = 1 << 20;
/** One writer for all frames: a new one would grow in steps from 128 bytes each time. `finish` copies out of it. */
let writer = Writer.create();

/** One message as a frame, length included. */
export function encodeFrame<P, M>(type: MessageType<P, M>, message: P): Buffer {
  try {
    const frame = type.encode(message, writer.fork()).ldelim().finish() as Buffer;
    writer.reset();
    if (frame.length > MAX_KEPT_WRITER_BYTES) writer = Writer.create();
    return frame;
  } catch (error) {
    // The old writer has half a message in it.
    writer = Writer.create();
    throw error;
  }
}

/**
 * The message in a frame that `FrameReader` has returned. Its bytes fields are views on the frame. Throws on other bytes.
 */
export function decodeFrame<P, M>(type: MessageType<P, M>, frame: Buffer): M {
  return type.decode(frame);
}
