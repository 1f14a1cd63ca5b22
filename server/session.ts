/**
 * What a connection is in the middle of: a transaction, watched keys.
 *
 * Invariant: what a client has the server keep for it is bounded; all of it is counted here. Knows no socket.
 */
import type { Transaction } from "./transaction.ts";

export class Session {
  /** From MULTI to EXEC. */
  transaction: Transaction | undefined;
  /** How many keys are watched, and the bytes that they are kept in. */
  watched = { keys: 0, bytes: 0 };

  /** Bytes that are kept for this client. */
  get keptBytes(): number {
    return this.watched.bytes + (this.transaction?.bytes ?? 0);
  }

  mayKeep(moreBytes: number, maxBytes: number): boolean {
    return this.keptBytes + moreBytes <= maxBytes;
  }
}
