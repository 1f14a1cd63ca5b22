/**
 * A client's socket: what is written to it, and whether it is read.
 *
 * Invariant: while the client does not take what was written, nothing more should be read from it: `isChoked`. Bytes that
 * are gathered in the thread's output leave without a copy when the kernel takes all of them at once, which it nearly
 * always does. Knows no replies.
 */
import type { Socket } from "node:net";
import type { Output } from "./output.ts";

export class ClientSocket {
  readonly #socket: Socket;
  readonly #output: Output;
  #isChoked = false;
  #isPaused = false;

  constructor(socket: Socket, output: Output) {
    this.#socket = socket;
    this.#output = output;
    socket.setNoDelay(true);
  }

  /** The client has not taken what was written; until `drained`. */
  get isChoked(): boolean {
    return this.#isChoked;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** To be told of the socket's "drain". */
  drained(): void {
    this.#isChoked = false;
  }

  /** Pauses reading, or goes on. */
  pause(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.#socket.pause();
    else this.#socket.resume();
  }

  write(bytes: Buffer): void {
    this.#isChoked = !this.#socket.write(bytes);
  }

  /** Writes what the thread's output has gathered, which is empty then. */
  writeGathered(): void {
    // A client that does not read keeps no more than one lent buffer from the others.
    if (this.#socket.writableLength > 0) {
      this.write(this.#output.take(0));
      return;
    }
    this.write(this.#output.lent());
    // What the kernel has not taken is the socket's, until it has.
    this.#output.returned(this.#socket.writableLength === 0);
  }
}
