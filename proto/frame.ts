/**
 * Frames on the peer link: a length as a varint, then that many bytes of one protobuf message (the framing of Java's
 * writeDelimitedTo).
 *
 * Cuts a byte stream into frames; protobufjs' decodeDelimited cannot, because it cannot go on after half a frame. Keeps: a
 * length is checked before room is taken for its frame; a frame that is cut gets room for all of it at once, so each of its
 * bytes is copied once. Frames are lent: whoever keeps one has to own it. Does not know what a frame means.
 *
 *     chunk  ..frame][len][frame][len][fra        a frame that is whole in one chunk is a view on the chunk
 *     chunk  me][len][frame]..                    a frame that is cut is collected, in memory that an earlier one has left
 */

import { type Reader, Writer } from "protobufjs/minimal.js";
import { threadSpares } from "./spare-buffers.ts";

/** The bytes are not frames within the limit, so no later byte of the stream can be trusted. */
class FrameError extends Error {
  override name = "FrameError";
}

/** The part of a generated message class that frames need. */
interface MessageType<Properties, Message> {
  encode(message: Properties, writer?: Writer): Writer;
  decode(reader: Reader | Uint8Array): Message;
}

/** Room is a multiple of it, so that frames of almost one length can have the same one. */
const ROOM_STEP = 1 << 12;
/** Five groups of seven bits hold every length below 2^32. */
const MAX_LENGTH_BYTES = 5;

export class FrameReader {
  /** The longest frame accepted, without its length. A new limit holds for frames whose length has not been read yet. */
  maxBytes: number;
  readonly #chunksAreLent: boolean;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  #length = 0;
  #lengthBytes = 0;
  #lengthKnown = false;
  /** Room for the frame that is cut, or for the one that `next` returned last. */
  #collected: Buffer | undefined;
  #filled = 0;
  #isHandedOut = false;

  /** `chunksAreLent`: a chunk's bytes hold only until the next `push`. */
  constructor(maxBytes: number, chunksAreLent = false) {
    this.maxBytes = maxBytes;
    this.#chunksAreLent = chunksAreLent;
  }

  /** Takes the next bytes of the stream, after `next` has returned undefined. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * The next whole frame, without its length; undefined: more bytes are needed. Its bytes hold until `next` or `push` is
   * called again; `own` keeps them longer. After a FrameError the stream cannot be read any further.
   */
  next(): Buffer | undefined {
    if (this.#isHandedOut) this.#takeBack();
    if (!this.#lengthKnown && !this.#readLength()) return undefined;
    const available = this.#chunk.length - this.#at;
    if (this.#collected === undefined && available >= this.#length) return this.#finish(this.#length);
    this.#collected ??= roomFor(this.#length);
    const part = this.#take(Math.min(available, this.#length - this.#filled));
    part.copy(this.#collected, this.#filled);
    this.#filled += part.length;
    return this.#filled === this.#length ? this.#finish(0) : undefined;
  }

  /** The bytes of the frame that `next` has returned last, which nobody writes to any more. */
  own(frame: Buffer): Buffer {
    if (!this.#isHandedOut) return this.#chunksAreLent ? Buffer.from(frame) : frame;
    this.#isHandedOut = false;
    this.#collected = undefined;
    return frame;
  }

  /** To be called when a lent chunk has to be given back before `next` has returned undefined. */
  keepRest(): void {
    if (this.#chunksAreLent) this.push(Buffer.from(this.#chunk.subarray(this.#at)));
  }

  /** The bytes of room for a frame. */
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

  /** Returns the frame: the next bytes of the chunk, or with 0 what has been collected. */
  #finish(bytes: number): Buffer {
    const frame = bytes > 0 ? this.#take(bytes) : this.#collected!.subarray(0, this.#length);
    this.#isHandedOut = bytes === 0;
    this.#length = 0;
    this.#lengthBytes = 0;
    this.#lengthKnown = false;
    this.#filled = 0;
    return frame;
  }

  #takeBack(): void {
    threadSpares.give(this.#collected!);
    this.#collected = undefined;
    this.#isHandedOut = false;
  }
}

function roomFor(bytes: number): Buffer {
  const room = Math.ceil(bytes / ROOM_STEP) * ROOM_STEP;
  return threadSpares.take(room) ?? Buffer.allocUnsafeSlow(room);
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
