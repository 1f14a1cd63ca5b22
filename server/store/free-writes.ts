/**
 * Which writes a thread other than the main one may make by itself: sets that nobody has to hear of.
 *
 * The main thread says what forbids such writes (somebody watches a key, a script runs, ...) and whose keys are being
 * loaded. Invariants: once `set` has returned with a reason that holds, no other thread is inside a free write, and none
 * begins one until no reason holds: a writer says that it is inside before it looks for reasons, and the main thread gives its
 * reason before it looks for writers (Dekker, in Dijkstra, EWD123, 1965). A load that is under way when a free write ends is
 * seen by the writer. Knows no store and no command.
 */

/** Each reason has a bit. */
const REASONS = {
  /** Clients track keys. */
  tracking: 1,
  /** Clients watch keys. */
  watching: 2,
  /** Keyspace notifications are on. */
  events: 4,
  /** Entries move to other memory. */
  moving: 8,
  /** The main thread looks and changes in several steps, as a script does. */
  steps: 16,
} as const;

export type FreeWriteReason = keyof typeof REASONS;

const FORBIDDEN = 0;
const MEMORIES = 1;
/** Words that threads write all the time are a line of the CPU's cache apart from each other and from the others. */
const LINE = 16;
const LOADS_AT = LINE;
/** Keys whose hashes meet in one cell are taken for each other: then a write goes to the main thread for nothing. */
const LOAD_CELLS = 4096;
const WRITERS_AT = LOADS_AT + LOAD_CELLS + LINE;

const SPINS = 200;
const LOOK_AGAIN_MS = 1;
/** Much longer than a write takes: a thread that is inside for so long has most likely died there. */
const WAIT_MS = 1000;

export class FreeWrites {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  #bits = 0;

  /** For so many threads, or what another thread has made. */
  constructor(of: number | SharedArrayBuffer) {
    const bytes = (threads: number) => (WRITERS_AT + threads * LINE) * Int32Array.BYTES_PER_ELEMENT;
    this.memory = typeof of === "number" ? new SharedArrayBuffer(bytes(of)) : of;
    this.#words = new Int32Array(this.memory);
  }

  /** How often entries have moved to other memory. A writer must know of the last time. */
  get memories(): number {
    return Atomics.load(this.#words, MEMORIES);
  }

  /** Main thread: a reason holds from now on, or no longer does. */
  set(reason: FreeWriteReason, holds: boolean): void {
    const before = this.#bits;
    this.#bits = holds ? before | REASONS[reason] : before & ~REASONS[reason];
    if (this.#bits === before) return;
    Atomics.store(this.#words, FORBIDDEN, this.#bits);
    if (before === 0) this.#untilNobodyWrites();
  }

  /** Whether this reason holds. */
  has(reason: FreeWriteReason): boolean {
    return (this.#bits & REASONS[reason]) !== 0;
  }

  /** Main thread: entries are about to move to other memory. */
  moves(): void {
    Atomics.add(this.#words, MEMORIES, 1);
  }

  /** Main thread: the key with this hash is being loaded from now on. */
  loadBegins(hash: number): void {
    Atomics.add(this.#words, loadCell(hash), 1);
  }

  /** Main thread: the load is over, and its value kept. */
  loadEnds(hash: number): void {
    Atomics.sub(this.#words, loadCell(hash), 1);
  }

  /** Main thread: this thread has died. */
  forget(thread: number): void {
    Atomics.store(this.#words, writerCell(thread), 0);
  }

  /** Another thread, which knows of so many moves: it begins a write. False: it must not write. */
  begin(thread: number, memories: number): boolean {
    Atomics.store(this.#words, writerCell(thread), 1);
    if (Atomics.load(this.#words, FORBIDDEN) === 0 && this.memories === memories) return true;
    this.end(thread);
    return false;
  }

  end(thread: number): void {
    Atomics.store(this.#words, writerCell(thread), 0);
  }

  /** Another thread, after its write: perhaps the key is being loaded, and the main thread has to hear of the write. */
  mayBeLoading(hash: number): boolean {
    return Atomics.load(this.#words, loadCell(hash)) !== 0;
  }

  #untilNobodyWrites(): void {
    for (let cell = WRITERS_AT; cell < this.#words.length; cell += LINE) {
      for (let spins = 0; spins < SPINS && Atomics.load(this.#words, cell) !== 0; spins++);
      for (let ms = 0; ms < WAIT_MS && Atomics.load(this.#words, cell) !== 0; ms += LOOK_AGAIN_MS)
        Atomics.wait(this.#words, cell, 1, LOOK_AGAIN_MS);
    }
  }
}

/** Main thread: `run` looks and changes in several steps. Undefined: no other thread writes. */
export function inSteps<Result>(writes: FreeWrites | undefined, run: () => Result): Result {
  if (writes === undefined || writes.has("steps")) return run();
  writes.set("steps", true);
  try {
    return run();
  } finally {
    writes.set("steps", false);
  }
}

function loadCell(hash: number): number {
  return LOADS_AT + (hash & (LOAD_CELLS - 1));
}

/** The main thread, 1, writes without asking. */
function writerCell(thread: number): number {
  return WRITERS_AT + (thread - 2) * LINE;
}
