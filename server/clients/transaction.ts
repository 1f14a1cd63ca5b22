/**
 * The commands between MULTI and EXEC.
 *
 * Invariant: the words are copies. A spoiled transaction keeps nothing, because EXEC will not run it. Knows no command.
 */
import type { CommandShape } from "./command-shape.ts";

/** Bytes that a buffer and its place in an array take beside the word itself: about 100 on Node 20. */
const WORD_BYTES = 96;

/** Bytes of memory that these words take when they are kept. */
export function keptSize(words: readonly Uint8Array[]): number {
  return words.reduce((sum, word) => sum + word.length + WORD_BYTES, 0);
}

/** A command that waits for EXEC. */
export interface QueuedCommand extends CommandShape {
  readonly args: readonly Buffer[];
}

export class Transaction {
  readonly queue: QueuedCommand[] = [];
  bytes = 0;
  #spoiled = false;

  /** EXEC will answer that the transaction was discarded. */
  get spoiled(): boolean {
    return this.#spoiled;
  }

  add({ name, flags, args }: QueuedCommand): void {
    if (this.#spoiled) return;
    this.queue.push({ name, flags, args: args.map((word) => Buffer.from(word)) });
    this.bytes += keptSize(args);
  }

  spoil(): void {
    this.#spoiled = true;
    this.queue.length = 0;
    this.bytes = 0;
  }
}
