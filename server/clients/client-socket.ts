/**
 * A client's socket: what is written to it, and whether it is read.
 *
 * Invariant: while the client does not take what was written, nothing more should be read from it: `isChoked`. Bytes that
 * are lent leave without a copy when the kernel takes all of them at once, which it nearly always does. Knows no replies.
 */
import type { Socket } from "node:net";

export class ClientSocket {
  readonly #socket: Socket;
  #isChoked = false;
  #isPaused = false;

  /** Bytes that wait for their departure. */
  departing = 0;
  readonly #departed: () => void;

  /** `departed` is told when nothing waits for its departure any more. */
  constructor(socket: Socket, departed: () => void) {
    this.#socket = socket;
    this.#departed = departed;
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
    if (this.#socket.destroyed) return;
    this.#isChoked = !this.#socket.write(bytes);
  }

  /** All that waited for its departure has been written. */
  hasDeparted(): void {
    if (this.departing === 0) return;
    this.departing = 0;
    this.#departed();
  }

  /** Writes bytes that somebody else goes on with; false when the kernel has not taken them all: then they are the socket's. */
  writeLent(bytes: Buffer): boolean {
    // A client that does not read keeps no more than one lent buffer from the others.
    if (this.#socket.writableLength > 0) {
      this.write(Buffer.from(bytes));
      return true;
    }
    this.write(bytes);
    return this.#socket.writableLength === 0;
  }
}
