/**
 * How long a script may run and how much memory it may take.
 *
 * Invariant: once a script is over its limits it stays over: no pcall of the script goes on. Asked by the count hook, and
 * by every function that may take long within one instruction. Knows no Lua.
 */
import { getHeapStatistics } from "node:v8";

/** The longest string that a script can make. */
const MAX_STRING_BYTES = 64 << 20;
/** What a script may add to the memory of the process, garbage included; less where the heap is small. */
const MAX_MEMORY_BYTES = 512 << 20;
/** So much new text is made between two looks at the memory. */
const BYTES_A_LOOK = 16 << 20;
/** So many ticks pass between two looks at the memory: reading the heap's statistics takes some microseconds. */
const TICKS_A_LOOK = 8;

export class Limits {
  /** Why the script is ended, as one line for the client; undefined: it is not. */
  over: string | undefined;
  readonly #nowMs: () => number;
  #endMs = Number.POSITIVE_INFINITY;
  #maxMemory = Number.POSITIVE_INFINITY;
  readonly #pieces = new Set<unknown>();
  #joined = 0;
  #ticks = 0;
  #bytes = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A script begins that may take this long. */
  begin(ms: number): void {
    this.over = undefined;
    this.#endMs = this.#nowMs() + ms;
    const { heap_size_limit } = getHeapStatistics();
    this.#maxMemory = memoryInUse() + Math.min(MAX_MEMORY_BYTES, heap_size_limit / 4);
  }

  /** Some thousand steps have passed. True: the script is over its limits. */
  tick(): boolean {
    this.#forgetPieces();
    if (this.over === undefined) {
      if (this.#nowMs() > this.#endMs) this.over = "ran longer than busy-reply-threshold";
      else if (++this.#ticks % TICKS_A_LOOK === 0) this.#lookAtMemory();
    }
    return this.over !== undefined;
  }

  /** The script makes a string. True: it is over its limits. */
  makes(bytes: number): boolean {
    if (this.#joined > 0) this.#forgetPieces();
    if (bytes > MAX_STRING_BYTES) this.outOfMemory();
    this.#bytes += bytes;
    if (this.#bytes > BYTES_A_LOOK) {
      this.#bytes = 0;
      this.#lookAtMemory();
    }
    return this.over !== undefined;
  }

  /** A long string is about to become a piece of another one. True: the pieces are too long together. */
  joins(piece: unknown, bytes: number): boolean {
    if (this.#pieces.has(piece)) return false;
    this.#pieces.add(piece);
    this.#joined += bytes;
    if (this.#joined > 2 * MAX_STRING_BYTES) this.outOfMemory();
    return this.over !== undefined;
  }

  outOfMemory(): void {
    this.over ??= "took too much memory";
  }

  #forgetPieces(): void {
    this.#pieces.clear();
    this.#joined = 0;
  }

  #lookAtMemory(): void {
    if (memoryInUse() > this.#maxMemory) this.outOfMemory();
  }
}

function memoryInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
