/**
 * A wire to another member as a stream of frames.
 *
 * Owns the wire. Keeps: an error thrown by the handler of a frame ends this wire and nothing else; no frame is handed on
 * while the stream is paused or after its end; the end is reported once. Frames are lent to their handler, which owns those
 * that it keeps. Does not know what frames mean.
 */

import { FrameReader } from "../proto/frame.ts";
import { unwritten } from "../proto/unwritten.ts";
import type { Timer, Wire, World } from "./world.ts";

/** How often an idle wire is looked at before it is closed. */
const IDLE_LOOKS = 4;

interface FrameStreamOptions {
  readonly wire: Wire;
  readonly world: Pick<World, "quietlyEvery">;
  readonly maxFrameBytes: number;
  /** May throw: the stream ends with that error. The frame's bytes hold until this returns. */
  readonly onFrame: (frame: Buffer) => void;
  /** The stream has ended; `reason` is undefined when the other side simply closed. */
  readonly onEnd: (reason: Error | undefined) => void;
}

export class FrameStream {
  readonly #wire: Wire;
  readonly #reader: FrameReader;
  readonly #options: FrameStreamOptions;
  #ended = false;
  #ending = false;
  #paused = false;
  #corked = false;
  /** Bytes that went past the wire's own write. */
  #directBytes = 0;
  #idleTimer: Timer | undefined;

  constructor(options: FrameStreamOptions) {
    this.#options = options;
    this.#wire = options.wire;
    this.#reader = new FrameReader(options.maxFrameBytes, options.wire.lendsChunks);
    // Requests are small and a caller waits for each: Nagle's algorithm would hold them back.
    this.#wire.setNoDelay(true);
    this.#wire.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#wire.on("drain", () => this.#resume());
    this.#wire.on("error", (error) => this.destroy(error));
    this.#wire.on("close", () => this.destroy());
  }

  /** The longest frame accepted from now on. */
  set maxFrameBytes(maxFrameBytes: number) {
    this.#reader.maxBytes = maxFrameBytes;
  }

  get bytesReceived(): number {
    return this.#wire.bytesRead;
  }

  get bytesSent(): number {
    return this.#wire.bytesWritten + this.#directBytes;
  }

  /** Bytes that the other side has not taken yet. */
  get outgoingBytes(): number {
    return this.#wire.writableLength;
  }

  /** Sends a frame; frames of one tick leave in one write. After `end` nothing is sent. */
  send(frame: Uint8Array): void {
    if (this.#ended || this.#ending) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#wire.cork();
      // nextTick comes as soon as the code that runs now has returned. `soon` would hold each frame back until all that has
      // arrived is handled.
      process.nextTick(() => {
        this.#corked = false;
        this.#wire.uncork();
      });
    }
    this.#wire.write(frame);
  }

  /**
   * Sends a frame in parts whose bytes may change as soon as this returns, behind all that was sent before. What the system
   * does not take at once is copied.
   */
  sendLent(parts: readonly Uint8Array[]): void {
    if (this.#ended || this.#ending) return;
    if (this.#corked) this.#wire.uncork();
    this.#corked = false;
    const taken = this.#wire.takeNow?.(parts) ?? 0;
    this.#directBytes += taken;
    const rest = unwritten(parts, taken);
    if (rest.length > 0) this.send(rest);
  }

  /** As FrameReader.own, for the frame that is being handled. */
  own(frame: Buffer): Buffer {
    return this.#reader.own(frame);
  }

  /**
   * Hands on no frame until the other side has taken what was sent. Do not call it while `outgoingBytes` is 0: nothing
   * would end the pause.
   */
  pauseUntilDrained(): void {
    this.#paused = true;
    this.#wire.pause();
  }

  /** Closes when no byte has moved in either direction for `timeoutMs`, or up to a quarter longer. Call it once. */
  closeWhenIdle(timeoutMs: number): void {
    let movedBefore = -1;
    let idleLooks = 0;
    this.#idleTimer = this.#options.world.quietlyEvery(timeoutMs / IDLE_LOOKS, () => {
      const moved = this.#wire.bytesRead + this.bytesSent - this.#wire.writableLength;
      idleLooks = moved === movedBefore ? idleLooks + 1 : 0;
      movedBefore = moved;
      if (idleLooks === IDLE_LOOKS) this.destroy(new Error(`nothing moved for ${timeoutMs} ms`));
    });
  }

  /** Closes when what was sent has gone out. */
  end(): void {
    this.#ending = true;
    this.#wire.end();
  }

  /** Sends a last frame and closes, whether or not the other side reads it. */
  endWith(error: Error, farewell: Uint8Array | undefined): void {
    if (farewell !== undefined) this.#wire.end(farewell);
    this.#finish(error);
    if (farewell === undefined) this.#wire.destroy();
    else this.#wire.destroySoon();
  }

  /** Closes at once and reports the end, if it was not reported before. */
  destroy(reason?: Error): void {
    this.#finish(reason);
    this.#wire.destroy();
  }

  #finish(reason: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#idleTimer?.cancel();
    this.#options.onEnd(reason);
  }

  #read(chunk: Buffer): void {
    if (this.#ended) return;
    this.#reader.push(chunk);
    this.#deliver();
    if (this.#paused) this.#reader.keepRest();
  }

  #deliver(): void {
    try {
      while (!this.#ended && !this.#paused) {
        const frame = this.#reader.next();
        if (frame === undefined) return;
        this.#options.onFrame(frame);
      }
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #resume(): void {
    if (!this.#paused || this.#ended) return;
    this.#paused = false;
    this.#deliver();
    if (!this.#paused) this.#wire.resume();
  }
}
