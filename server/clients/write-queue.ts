/**
 * Collects the replies of one turn of the event loop, and writes them to all clients of a thread at its end, after every
 * client whose bytes have come has been answered.
 *
 * Invariant: what was added is written by the end of this turn, for each client in the order of adding. Each write to a
 * client that sleeps wakes it, which costs as much as two GETs; written one right after the other, most clients are awake
 * already. Redis does the same before it sleeps. Until then the bytes stay in the thread's output; when many have gathered
 * there, they are written at once, so that the output stays small enough to be kept. Knows no replies.
 *
 *      poll:   chunk of A ─▶ output    chunk of B ─▶ output    chunk of C ─▶ output
 *      check:  output ─▶ A, B, C
 */
import type { Output } from "../hits/output.ts";
import type { SocketWriter } from "./socket-writer.ts";

/** A part of the output, or bytes of its own. */
interface QueuedWrite {
  readonly writer: SocketWriter;
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer | undefined;
}

/** With so many bytes in the output, what was added is written. Twice as many would leave the CPU's nearer caches. */
const FULL_BYTES = 1 << 18;

export class WriteQueue {
  readonly #output: Output;
  readonly #soon: (run: () => void) => void;
  #waiting: QueuedWrite[] = [];
  #isPlanned = false;

  /** `soon` calls back when the clients whose bytes have come have been answered. */
  constructor(output: Output, soon: (run: () => void) => void) {
    this.#output = output;
    this.#soon = soon;
  }

  /** The output's bytes from `start` to its end are this client's. They may be written at once. */
  add(writer: SocketWriter, start: number): void {
    const end = this.#output.length;
    this.#push({ writer, start, end, bytes: undefined }, end - start);
    if (this.#output.length > FULL_BYTES) this.#writeAll();
  }

  /**
   * Writes bytes that nobody changes, behind what was added for the client before. May be called while another client's
   * replies are being gathered, as long as none of those replies has been added.
   */
  addBytes(writer: SocketWriter, bytes: Buffer): void {
    this.#push({ writer, start: 0, end: 0, bytes }, bytes.length);
  }

  #push(write: QueuedWrite, bytes: number): void {
    const { writer } = write;
    if (writer.queuedBytes > 0) writer.join();
    writer.queuedBytes += bytes;
    this.#waiting.push(write);
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#soon(() => {
      this.#isPlanned = false;
      this.#writeAll();
    });
  }

  #writeAll(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    let allTaken = true;
    for (const { writer, start, end, bytes } of waiting) {
      if (bytes !== undefined) writer.write(bytes);
      else if (!writer.writeLent(this.#output.view(start, end))) allTaken = false;
    }
    this.#output.returned(allTaken);
    for (const { writer } of waiting) writer.wroteQueued();
  }
}
