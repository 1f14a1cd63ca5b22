/**
 * Numbers that the threads of a node keep together: the next client's id and the next slow command's, and how many
 * clients each thread has.
 *
 * Invariants: ids are unique in the process; all threads together never have more clients than they were allowed; a
 * thread's death leaves the others' counts right. Every access is atomic.
 */

/** The next ids are in the first 8 bytes each: 32 bits are used up in weeks at 1,000 connections a second. */
const ID_BYTES = 16;
const CELL_BYTES = 4;

export class SharedCounts {
  readonly memory: SharedArrayBuffer;
  readonly #nextIds: BigUint64Array;
  /** Thread 1's clients are in cell 0. */
  readonly #cells: Int32Array;

  /** New counts for so many threads, or those in another thread's memory. */
  constructor(of: number | SharedArrayBuffer) {
    this.memory = typeof of === "number" ? new SharedArrayBuffer(ID_BYTES + CELL_BYTES * of) : of;
    this.#nextIds = new BigUint64Array(this.memory, 0, 2);
    this.#cells = new Int32Array(this.memory, ID_BYTES);
  }

  get threads(): number {
    return this.#cells.length;
  }

  nextId(): number {
    return Number(Atomics.add(this.#nextIds, 0, 1n)) + 1;
  }

  /** Of an entry of SLOWLOG; from 0, as in Redis. */
  nextSlowId(): number {
    return Number(Atomics.add(this.#nextIds, 1, 1n));
  }

  /**
   * Counts a client of this thread, unless there are `max` of them on all threads. Counts before it looks: of two that
   * come at one moment for the last place both may be refused, but never both let in.
   */
  enter(thread: number, max: number): boolean {
    Atomics.add(this.#cells, thread - 1, 1);
    if (this.total() <= max) return true;
    this.leave(thread);
    return false;
  }

  /** A client of this thread that was let in has gone. */
  leave(thread: number): void {
    Atomics.sub(this.#cells, thread - 1, 1);
  }

  /** A thread died, and its clients with it. */
  forget(thread: number): void {
    Atomics.store(this.#cells, thread - 1, 0);
  }

  /** Clients of all threads. */
  total(): number {
    let total = 0;
    for (let cell = 0; cell < this.#cells.length; cell++) total += Atomics.load(this.#cells, cell);
    return total;
  }
}
