/**
 * A peer's socket as a stream of frames.
 *
 * Owns the socket. Keeps: whatever is thrown while a frame is handled ends this socket and nothing else; no frame is
 * handed on while paused or after the end; the end is reported once, after which nothing is held. Does not know what
 * frames mean.
 */

import type { Socket } from "node:net";
import { FrameReader } from "../proto/frame.ts";

export interface FrameStreamOptions {
  readonly socket: Socket;
  readonly maxFrameBytes: number;
  /** May throw: the stream ends with that error. */
  readonly onFrame: (frame: Buffer) => void;
  /** The stream has ended; `reason` is undefined when the other side simply closed. */
  readonly onEnd: (reason: Error | undefined) => void;
}

export class FrameStream {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #options: FrameStreamOptions;
  #ended = false;
  #ending = false;
  #paused = false;
  #corked = false;

  constructor(options: FrameStreamOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#reader = new FrameReader(options.maxFrameBytes);
    // Requests are small and somebody waits for each: Nagle would hold them back for an answer.
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#socket.on("drain", () => this.#resume());
    this.#socket.on("error", (error) => this.destroy(error));
    this.#socket.on("close", () => this.destroy());
  }

  /** The longest frame accepted from now on. */
  set maxFrameBytes(maxFrameBytes: number) {
    this.#reader.maxBytes = maxFrameBytes;
  }

  get bytesReceived(): number {
    return this.#socket.bytesRead;
  }

  get bytesSent(): number {
    return this.#socket.bytesWritten;
  }

  /** Bytes that the other side has not taken yet. */
  get outgoingBytes(): number {
    return this.#socket.writableLength;
  }

  /** Sends a frame, or nothing after `end`; those of one tick leave in one write. */
  send(frame: Uint8Array): void {
    if (this.#ended || this.#ending) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(frame);
  }

  /** Reads no more until what was sent has been taken; only of use while `outgoingBytes` is not 0. */
  pauseUntilDrained(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  /** Closes when nothing has moved in either direction for so long. */
  closeWhenIdle(timeoutMs: number): void {
    this.#socket.setTimeout(timeoutMs, () => this.destroy(new Error(`nothing moved for ${timeoutMs} ms`)));
  }

  /** Lets what was sent go out, then closes. */
  end(): void {
    this.#ending = true;
    this.#socket.end();
  }

  /** Sends a last frame and closes, whether or not the other side reads it. */
  endWith(error: Error, farewell: Uint8Array | undefined): void {
    if (farewell !== undefined) this.#socket.end(farewell);
    this.#finish(error);
    if (farewell === undefined) this.#socket.destroy();
    else this.#socket.destroySoon();
  }

  /** Closes at once and reports the end, if it was not reported before. */
  destroy(reason?: Error): void {
    this.#finish(reason);
    this.#socket.destroy();
  }

  #finish(reason: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd(reason);
  }

  #read(chunk: Buffer): void {
    if (this.#ended) return;
    this.#reader.push(chunk);
    this.#deliver();
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
    if (!this.#paused) this.#socket.resume();
  }
}
