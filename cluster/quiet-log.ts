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

  /** A line that is never left out: for what is rare by its nature. */
  info(text: string): void {
    this.#log.info(text);
  }

  /** Says `text` unless a line of this kind was said within the last minute; adds how many were not said since. */
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

  /** Things are well again: the next line of this kind is said. */
  forget(kind: string): void {
    this.#kinds.delete(kind);
  }
}
