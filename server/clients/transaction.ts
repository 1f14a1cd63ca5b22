/**
 * The commands between MULTI and EXEC.
 *
 * Invariant: the words are copies. A transaction that is spoiled keeps nothing, as it will not run.
 */
import type { Chosen } from "../commands/command.ts";
import type { Connection } from "./connection.ts";

/** Ends the queueing of a connection; what has been queued, if there was any. */
export function endTransaction(connection: Connection): Transaction | undefined {
  const { transaction } = connection.session;
  connection.session.transaction = undefined;
  connection.setReason("queueing", false);
  return transaction;
}

/** What an array and a buffer cost beside their bytes. */
const WORD_BYTES = 96;

/** Memory that these words take when they are kept. */
export function keptSize(words: readonly Uint8Array[]): number {
  return words.reduce((sum, word) => sum + word.length + WORD_BYTES, 0);
}

export class Transaction {
  readonly queue: Chosen[] = [];
  bytes = 0;
  #spoiled = false;

  /** EXEC will answer that it was discarded. */
  get spoiled(): boolean {
    return this.#spoiled;
  }

  add({ command, name, args }: Chosen): void {
    if (this.#spoiled) return;
    this.queue.push({ command, name, args: args.map((word) => Buffer.from(word)) });
    this.bytes += keptSize(args);
  }

  spoil(): void {
    this.#spoiled = true;
    this.queue.length = 0;
    this.bytes = 0;
  }
}
