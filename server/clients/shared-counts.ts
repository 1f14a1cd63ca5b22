/**
 * Numbers that the threads of a node share: the next client's id, the next slow command's id, and the number of clients on
 * each thread.
 *
 * Invariants: ids are unique in the process; all threads together never have more clients than they may; a thread's death
 * leaves the other threads' numbers right. Every access is atomic. Knows no client.
 */

/** Two ids of 8 bytes each: 32 bits are used up in weeks at 1,000 connections a second. */
const ID_BYTES = 16;
const CELL_BYTES = 4;

export class SharedCounts {
  readonly memory: SharedArrayBuffer;
  readonly #nextIds: BigUint64Array;
  /** Thread 1's clients are in cell 0. */
  readonly #cells: Int32Array;

  /** New counts for so many threads, or the counts in another thread's memory. */
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

  /** The id of an entry of SLOWLOG; from 0, as in Redis. */
  nextSlowId(): number {
    return Number(Atomics.add(this.#nextIds, 1, 1n));
  }

  /**
   * Counts a client of this thread. False: all threads together have `max` clients already, and it is not counted. It is
   * counted before the look at the sum: of two clients that come for the last place at one moment both may be refused, but
   * never both let in.
   */
  enter(thread: number, max: number): boolean {
    Atomics.add(this.#cells, thread - 1, 1);
    if (this.total() <= max) return true;
    this.leave(thread);
    return false;
  }

  /** A client of this thread has gone. */
  leave(thread: number): void {
    Atomics.sub(this.#cells, thread - 1, 1);
  }

  /** A thread has died, and its clients with it. */
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
