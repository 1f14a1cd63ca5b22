/**
 * Replies that leave together, when all clients whose bytes have come have been answered.
 *
 * Invariant: what was added leaves in its order, per client, by the end of this turn of the event loop. To answer one client
 * at a time wakes the other end each time; written one behind the other, most replies find it awake already (Redis does
 * the same before it sleeps). The bytes stay in the thread's output until then. Knows no replies.
 *
 *      poll:   chunk of A ─▶ output    chunk of B ─▶ output    chunk of C ─▶ output
 *      check:  output ─▶ A, B, C
 */

import type { Output } from "../hits/output.ts";
import type { ClientSocket } from "./client-socket.ts";

/** What leaves: a part of the output, or bytes of its own. */
interface Departure {
  readonly flow: ClientSocket;
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer | undefined;
}

export class Departures {
  readonly #output: Output;
  readonly #atEnd: (leave: () => void) => void;
  #waiting: Departure[] = [];

  /** `atEnd` calls back when the clients whose bytes have come have been answered. */
  constructor(output: Output, atEnd: (leave: () => void) => void = setImmediate) {
    this.#output = output;
    this.#atEnd = atEnd;
  }

  /** The output's bytes from `start` to its end are this client's. */
  add(flow: ClientSocket, start: number): void {
    const end = this.#output.length;
    this.#push({ flow, start, end, bytes: undefined }, end - start);
  }

  /**
   * These, which nobody will change, leave behind what was added for the client before. May come while another client's
   * replies are being gathered, of which nothing has been added yet.
   */
  addBytes(flow: ClientSocket, bytes: Buffer): void {
    this.#push({ flow, start: 0, end: 0, bytes }, bytes.length);
  }

  #push(departure: Departure, bytes: number): void {
    departure.flow.departing += bytes;
    if (this.#waiting.push(departure) === 1) this.#atEnd(() => this.#leave());
  }

  #leave(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    let allTaken = true;
    for (const { flow, start, end, bytes } of waiting) {
      if (bytes !== undefined) flow.write(bytes);
      else if (!flow.writeLent(this.#output.view(start, end))) allTaken = false;
    }
    this.#output.returned(allTaken);
    for (const { flow } of waiting) flow.hasDeparted();
  }
}
