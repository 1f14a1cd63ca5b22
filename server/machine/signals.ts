/**
 * How a node ends when the system asks it to.
 *
 *     SIGTERM, SIGINT   close(): no more accepting, what has been read is answered; then exit 0
 *     the same again    exit 1 at once
 *     SIGHUP            ignored, as by redis-server: a node outlives the terminal it was started in
 *
 * Owns the count of signals and the deadline. Does not know what closing means, and gets the process' parts
 * handed in.
 */

import type { EventEmitter } from "node:events";

/** The process must be gone when the time is up, so closing gets a little less. */
const CLOSING_PART = 0.95;

export interface SignalOptions {
  /** Emits the signals' names: the process. */
  readonly signals: EventEmitter;
  readonly close: () => Promise<void>;
  /** Read when the first signal comes, as CONFIG SET may change it. */
  readonly timeoutMs: () => number;
  readonly exit: (code: number) => void;
  /** Tells people one line. */
  readonly note: (text: string) => void;
}

export function exitOnSignals({ signals, close, timeoutMs, exit, note }: SignalOptions): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) {
      note(`${signal} again, leaving at once`);
      return exit(1);
    }
    stopping = true;
    note(`${signal}, closing (again to leave at once)`);
    const deadline = setTimeout(() => {
      note("not everything was answered in time, leaving");
      exit(0);
    }, timeoutMs() * CLOSING_PART);
    try {
      await close();
      exit(0);
    } catch (error) {
      note(`closing failed: ${error instanceof Error ? error.message : String(error)}`);
      exit(1);
    } finally {
      clearTimeout(deadline);
    }
  };
  signals.on("SIGTERM", () => void stop("SIGTERM"));
  signals.on("SIGINT", () => void stop("SIGINT"));
  signals.on("SIGHUP", () => note("SIGHUP, ignored"));
}
