/**
 * Frames on the peer link: a length as a varint, then that many bytes of one protobuf message (the framing of
 * Java's writeDelimitedTo). protobufjs' decodeDelimited cannot resume on half a frame, hence by hand.
 *
 * Owns the cutting of a byte stream into frames. Keeps: a length is checked before a byte of its frame is kept;
 * memory held grows with what was received, never with what was announced; bytes handed out are never written to
 * again. Does not know what a frame means.
 *
 *     chunk  ..frame][len][frame][len][fra        whole in one chunk: a view on it
 *     chunk  me][len][frame]..                    cut: collected in one buffer of its own
 */

import { type Reader, Writer } from "protobufjs/minimal.js";

/** The stream is not a sequence of frames within the limit; nothing after this can be trusted. */
class FrameError extends Error {
  override name = "FrameError";
}

/** The part of a generated message class that frames need. */
interface MessageType<Properties, Message> {
  encode(message: Properties, writer?: Writer): Writer;
  decode(reader: Reader | Uint8Array): Message;
}

/** First allocation for a frame that did not arrive whole: most frames are smaller. */
const FIRST_CAPACITY = 4096;
/** Five groups of seven bits hold every length below 2^32. */
const MAX_LENGTH_BYTES = 5;

export class FrameReader {
  /** The longest frame accepted, in bytes without its length; applies to frames whose length is not read yet. */
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

  /** Hands over the next bytes of the stream, once `next` has returned undefined for those before. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * The next whole frame without its length, or undefined when more bytes are needed. It is a view: nobody writes to
   * it later, but it keeps its whole chunk alive. Throws FrameError; the stream cannot be read further then.
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

  /** Bytes allocated for an unfinished frame. */
  get heldBytes(): number {
    return this.#collected === undefined ? 0 : this.#collected.length;
  }

  #readLength(): boolean {
    while (this.#at < this.#chunk.length) {
      const byte = this.#chunk[this.#at++]!;
      // Multiplied, not shifted: a shift is 32 bits with a sign.
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

/** A writer that had to hold more than this is not kept for the next frame. */
const MAX_KEPT_WRITER_BYTES = 1 << 20;
/** One for all frames: a new one would grow from 128 bytes in steps each time. `finish` copies out of it. */
let writer = Writer.create();

/** One message as a frame, length included. */
export function encodeFrame<P, M>(type: MessageType<P, M>, message: P): Buffer {
  try {
    const frame = type.encode(message, writer.fork()).ldelim().finish() as Buffer;
    writer.reset();
    if (frame.length > MAX_KEPT_WRITER_BYTES) writer = Writer.create();
    return frame;
  } catch (error) {
    // Half a message is in the old one.
    writer = Writer.create();
    throw error;
  }
}

/** The message in a frame that `FrameReader` returned; its `bytes` fields are views on it. Throws when it is none. */
export function decodeFrame<P, M>(type: MessageType<P, M>, frame: Buffer): M {
  return type.decode(frame);
}
