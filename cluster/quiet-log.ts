/**
 * A log that strangers cannot fill: lines of one kind at most once a minute.
 *
 * Owns the counting of what was left out. Keeps: memory is bounded by the number of kinds, which the callers keep
 * small. Does not know where lines go.
 */

/** Where lines go; a pino logger is one. */
export interface Log {
  info(text: string): void;
  warn(text: string): void;
}

const INTERVAL_MS = 60_000;

interface Kind {
  saidAtMs: number;
  leftOut: number;
}

export class QuietLog {
  readonly #log: Log;
  readonly #clock: () => number;
  readonly #kinds = new Map<string, Kind>();

  constructor(log: Log, clock: () => number) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Logs a line that is never left out. For events that are rare by their nature. */
  info(text: string): void {
    this.#log.info(text);
  }

  /** Logs `text` unless a line of this kind was logged within the last minute; adds how many were left out since. */
  warn(kind: string, text: string): void {
    const now = this.#clock();
    const last = this.#kinds.get(kind);
    if (last !== undefined && now - last.saidAtMs < INTERVAL_MS) {
      last.leftOut++;
      return;
    }
    const more = last === undefined || last.leftOut === 0 ? "" : ` (${last.leftOut} more in between)`;
    this.#kinds.set(kind, { saidAtMs: now, leftOut: 0 });
    this.#log.warn(text + more);
  }

  /** The trouble is over: the next line of this kind is logged at once. */
  forget(kind: string): void {
    this.#kinds.delete(kind);
  }
}
