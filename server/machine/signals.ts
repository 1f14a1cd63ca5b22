/**
 * What a node does when the system sends it a signal.
 *
 *     SIGTERM, SIGINT   close(): accepts no more clients, answers what it has read; then exit 0
 *     a second one      exit 1 at once
 *     SIGHUP            reopenLogs(): logrotate has moved the log file away. It never ends a node: a node survives the
 *                       terminal that it was started from
 *     SIGUSR1, SIGUSR2  nothing. Without a listener, Node would open its debugger, or end
 *
 * Owns the count of signals and the deadline. Does not know what closing means; the parts of the process are handed in.
 */

import type { EventEmitter } from "node:events";

/** Closing gets this part of the timeout, because the process has to be gone when the timeout is over. */
const CLOSING_PART = 0.95;

interface SignalOptions {
  /** Emits the names of signals; `process` does. */
  readonly signals: EventEmitter;
  readonly close: () => Promise<void>;
  /** Is read when the first signal comes, because CONFIG SET may change it. */
  readonly timeoutMs: () => number;
  readonly exit: (code: number) => void;
  /** Opens the log files again; returns a sentence about it. */
  readonly reopenLogs: () => Promise<string>;
  /** Shows a line to people. */
  readonly note: (text: string) => void;
}

export function obeySignals({ signals, close, timeoutMs, exit, reopenLogs, note }: SignalOptions): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) {
      note(`${signal} again, exiting at once`);
      return exit(1);
    }
    stopping = true;
    note(`${signal}, closing (send it again to exit at once)`);
    const deadline = setTimeout(() => {
      note("shutdown-timeout is over before every client is answered: exiting");
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
  signals.on("SIGHUP", async () => note(`SIGHUP, ${await reopenLogs()}`));
  for (const signal of ["SIGUSR1", "SIGUSR2"]) signals.on(signal, () => note(`${signal}, ignored`));
}
