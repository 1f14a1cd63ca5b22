/**
 * Numbers that the threads of a node keep together: the next client's id, and how many clients each thread has.
 *
 * Invariant: ids are unique in the process; `total` is the sum over threads that live. Every access is atomic.
 */

const NEXT_ID = 0;
/** Thread 1's count is in cell 1. */
const FIRST_THREAD = 0;

export class ClientCounts {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  /** New counts for so many threads, or those in another thread's memory. */
  constructor(of: number | SharedArrayBuffer) {
    this.memory = typeof of === "number" ? new SharedArrayBuffer(4 * (of + 1)) : of;
    this.#cells = new Int32Array(this.memory);
  }

  nextId(): number {
    return Atomics.add(this.#cells, NEXT_ID, 1) + 1;
  }

  /** A client of this thread came (1) or went (-1). */
  add(thread: number, difference: 1 | -1): void {
    Atomics.add(this.#cells, FIRST_THREAD + thread, difference);
  }

  /** A thread died, and its clients with it. */
  forget(thread: number): void {
    Atomics.store(this.#cells, FIRST_THREAD + thread, 0);
  }

  total(): number {
    let total = 0;
    for (let cell = 1; cell < this.#cells.length; cell++) total += Atomics.load(this.#cells, cell);
    return total;
  }
}
