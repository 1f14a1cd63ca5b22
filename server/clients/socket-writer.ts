/**
 * The writing side of a client's socket.
 *
 * Invariant: `isChoked` is true while the client does not read what was written. Lent bytes are written without a copy if
 * the kernel takes all of them at once, which it nearly always does. Several pieces of the write queue leave in one write.
 * When `writeNow` returns, nothing refers to its bytes: it writes to the descriptor itself, and copies what is left.
 * Knows no replies.
 */
import type { Socket } from "node:net";
import { unwritten } from "../../proto/unwritten.ts";
import { isDirect, takenAtOnce } from "../machine/direct-write.ts";

/** Bytes that went straight to the kernel, of which the socket does not know. */
const directBytes = new WeakMap<Socket, number>();

/** The bytes that were written to a socket, those among them that wait in it. */
export function bytesWrittenTo(socket: Socket): number {
  return socket.bytesWritten + (directBytes.get(socket) ?? 0);
}

export class SocketWriter {
  readonly #socket: Socket;
  readonly #wroteQueued: () => void;
  /** The client has not read what was written; until `drained`. */
  isChoked = false;
  /** Bytes that wait in the write queue. */
  queuedBytes = 0;
  #isJoining = false;

  /** `wroteQueued` is told when no byte waits in the write queue any more. */
  constructor(socket: Socket, wroteQueued: () => void) {
    this.#socket = socket;
    this.#wroteQueued = wroteQueued;
    socket.setNoDelay(true);
  }

  /** To be told of the socket's "drain". */
  drained(): void {
    this.isChoked = false;
  }

  write(bytes: Buffer): void {
    if (this.#socket.destroyed) return;
    this.isChoked = !this.#socket.write(bytes);
  }

  /** Has what is written from now to `wroteQueued` leave in one write. */
  join(): void {
    if (this.#isJoining) return;
    this.#isJoining = true;
    this.#socket.cork();
  }

  /** To be told that all bytes of the write queue have been written. */
  wroteQueued(): void {
    if (this.queuedBytes === 0) return;
    if (this.#isJoining) this.#socket.uncork();
    this.#isJoining = false;
    this.queuedBytes = 0;
    this.#wroteQueued();
  }

  /** Whether `writeNow` may be called: no byte waits, and the socket writes to its descriptor what it is given. */
  get isDirect(): boolean {
    return this.queuedBytes === 0 && isDirect(this.#socket);
  }

  /** Writes bytes that may change as soon as this returns. What the kernel does not take at once is copied. */
  writeNow(parts: readonly Uint8Array[]): void {
    const taken = takenAtOnce(this.#socket, parts);
    directBytes.set(this.#socket, (directBytes.get(this.#socket) ?? 0) + taken);
    const rest = unwritten(parts, taken);
    if (rest.length > 0) this.write(rest);
  }

  /**
   * Writes bytes that the caller uses again afterwards. False: the kernel has not taken all of them, and the socket keeps
   * referring to them.
   */
  writeLent(bytes: Buffer): boolean {
    // A client that does not read keeps no more than one lent buffer from the others.
    if (this.#socket.writableLength > 0 || this.#isJoining) {
      this.write(Buffer.from(bytes));
      return true;
    }
    this.write(bytes);
    return this.#socket.writableLength === 0;
  }
}
