/**
 * A socket without a kernel: the test says which bytes arrive in which chunk, and whether the other side reads.
 *
 * Stands in for `net.Socket` where buffers of the system would hide what waits where.
 */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

export class TestSocket extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort = 4711;
  readonly localAddress = "10.0.0.1";
  readonly localPort = 6390;
  /** What the client has read, in latin1. */
  text = "";
  /** What the kernel has been told: after how many milliseconds of silence it asks whether the client is there. */
  keepAliveMs: number | undefined;
  /** "close" has been emitted. */
  isGone = false;
  #taken = 0;
  #reading = true;
  #held: (() => void) | undefined;

  constructor(remoteAddress = "127.0.0.1") {
    super({ allowHalfOpen: true, autoDestroy: true });
    this.remoteAddress = remoteAddress;
    this.once("close", () => (this.isGone = true));
  }

  /** As with `net.Socket`, bytes that nobody has taken yet among them. */
  get bytesWritten(): number {
    return this.#taken + this.writableLength;
  }

  /** As the parts under test take it. */
  get asSocket(): Socket {
    return this as unknown as Socket;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(isOn: boolean, afterMs: number): this {
    if (isOn) this.keepAliveMs = afterMs;
    return this;
  }

  /** Bytes from the client. False: the server has stopped reading. */
  arrive(chunk: Buffer | string): boolean {
    return this.push(typeof chunk === "string" ? Buffer.from(chunk, "latin1") : Buffer.from(chunk));
  }

  /** The client closes its side. */
  finish(): void {
    this.push(null);
  }

  /** The client reads no more, or goes on. */
  stopReading(): void {
    this.#reading = false;
  }

  goOnReading(): void {
    this.#reading = true;
    this.#held?.();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = () => {
      this.#held = undefined;
      this.text += chunk.toString("latin1");
      this.#taken += chunk.length;
      done();
    };
    if (this.#reading) take();
    else this.#held = take;
  }
}
