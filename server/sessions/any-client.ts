/**
 * A client of this node, whichever thread has its connection: its number, and what it can be sent.
 *
 * Owns the type only. A connection is one; for a worker's client, WorkerLink makes one that sends messages to the worker.
 */
import type { PushTarget } from "../tracking/tracking-client.ts";

export interface AnyClient extends PushTarget {
  /** Closes after the replies to the commands so far; for another thread's client this does nothing. */
  closeAfterReplies(): void;
}
