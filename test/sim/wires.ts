/**
 * Wires in memory: two ends that behave as the sockets of one TCP connection.
 *
 * Keeps: bytes arrive in order, each end's "end", "error" and "close" come as a socket's do, and an end whose bytes
 * nobody reads has its "drain" held back. How long anything takes, a Way decides.
 */

import { Duplex } from "node:stream";
import type { Wire } from "../../cluster/world.ts";

/** One direction of one wire. What is sent arrives in the order of sending, or never. */
export interface Way {
  send(arrive: () => void): void;
}

/** Bytes that a system takes from a sender while nobody reads them. */
const WINDOW_BYTES = 1 << 18;
/** The most bytes that a socket reads at once. */
const CHUNK_BYTES = 1 << 16;

export class MemoryWire extends Duplex implements Wire {
  /** Each chunk is overwritten after its listener, as the next read of a socket does. */
  readonly lendsChunks = true;
  bytesRead = 0;
  /** The other end's machine. */
  readonly remoteAddress: string;
  readonly #way: Way;
  #other: MemoryWire | undefined;
  /** Sends the bytes that wait until there is another end. */
  #whenConnected: (() => void) | undefined;
  /** Ends the write that waits until the other end has read more. */
  #whenTaken: (() => void) | undefined;
  #sentBytes = 0;
  /** Bytes that were sent and that the other end has not read. */
  #untakenBytes = 0;
  /** Chunks that have arrived and are not read yet; undefined stands for the end. */
  readonly #arrived: (Buffer | undefined)[] = [];
  #isReading = false;

  /** Makes an end that has no other end yet: it is connecting. */
  constructor(remoteAddress: string, way: Way) {
    super({ allowHalfOpen: false });
    this.remoteAddress = remoteAddress;
    this.#way = way;
  }

  get bytesWritten(): number {
    return this.#sentBytes + this.writableLength;
  }

  setNoDelay(): void {}

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    const isHeard = super.emit(event, ...args);
    if (event === "data") (args[0] as Buffer).fill(0xdb);
    return isHeard;
  }

  readonly takeNow = (parts: readonly Uint8Array[]): number => {
    const other = this.#other;
    const room = WINDOW_BYTES - this.#untakenBytes;
    if (this.destroyed || other === undefined || this.writableLength > 0 || room <= 0) return 0;
    const taken = Buffer.concat(parts).subarray(0, room);
    this.#untakenBytes += taken.length;
    this.#way.send(() => other.#arrive(taken));
    return taken.length;
  };

  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  /** Makes this end and `other` one wire. Nothing is sent before that. */
  join(other: MemoryWire): void {
    this.#other = other;
    other.#other = this;
    this.emit("connect");
    this.#whenConnected?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(chunk, done);
  }

  override _writev(written: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#send(Buffer.concat(written.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#connected((other) => {
      this.#way.send(() => other.#arrive(undefined));
      done();
    });
  }

  override _read(): void {
    this.#isReading = true;
    this.#deliver();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other;
    const isUnread = this.#arrived.some((chunk) => chunk !== undefined);
    if (other !== undefined && isUnread) this.#way.send(() => other.fail("ECONNRESET"));
    else if (other !== undefined && !this.writableFinished) this.#way.send(() => other.#arrive(undefined));
    done(error);
  }

  /** Ends this end as an error of the system does. */
  fail(code: "ECONNRESET" | "ECONNREFUSED"): void {
    this.destroy(Object.assign(new Error(code), { code }));
  }

  #connected(run: (other: MemoryWire) => void): void {
    if (this.#other !== undefined) run(this.#other);
    else this.#whenConnected = () => run(this.#other!);
  }

  #send(bytes: Buffer, done: () => void): void {
    this.#connected((other) => {
      this.#sentBytes += bytes.length;
      this.#untakenBytes += bytes.length;
      // The sender may use its bytes again; what is under way must not change.
      const copy = Buffer.from(bytes);
      this.#way.send(() => other.#arrive(copy));
      if (this.#untakenBytes <= WINDOW_BYTES) done();
      else this.#whenTaken = done;
    });
  }

  #arrive(bytes: Buffer | undefined): void {
    if (this.destroyed) {
      if (bytes !== undefined) this.#way.send(() => this.#other!.fail("ECONNRESET"));
      return;
    }
    for (let at = 0; at < (bytes?.length ?? 0); at += CHUNK_BYTES) {
      this.#arrived.push(bytes!.subarray(at, at + CHUNK_BYTES));
    }
    if (bytes === undefined) this.#arrived.push(undefined);
    this.#deliver();
  }

  #deliver(): void {
    while (this.#isReading && this.#arrived.length > 0) {
      const chunk = this.#arrived.shift();
      if (chunk !== undefined) this.#take(chunk.length);
      this.#isReading = this.push(chunk ?? null);
    }
  }

  /** Counts bytes as read, and ends the other end's write when it waited for room. */
  #take(bytes: number): void {
    const other = this.#other!;
    this.bytesRead += bytes;
    other.#untakenBytes -= bytes;
    const release = other.#whenTaken;
    if (release === undefined || other.#untakenBytes > WINDOW_BYTES) return;
    other.#whenTaken = undefined;
    this.#way.send(release);
  }
}
