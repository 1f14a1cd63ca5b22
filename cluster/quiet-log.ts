/**
 * A log that strangers cannot fill: lines of one kind at most once a minute.
 *
 * Owns the counting of what was left out. Keeps: memory is bounded by the number of kinds, which the callers keep
 * small. Does not know where lines go.
 */

/** Where lines go. `fields`: data of the line. */
export interface Log {
  info(text: string): void;
  warn(text: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A line in its parts. */
export interface Line {
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const INTERVAL_MS = 60_000;

interface Kind {
  saidAtMs: number;
  leftOut: number;
  /** The last one that was left out. */
  line: string | (() => Line);
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

  /**
   * Logs a line unless one of this kind was logged within the last minute; adds how many were left out since. A line that
   * is a function is made only when it is logged.
   */
  warn(kind: string, line: string | (() => Line)): void {
    const last = this.#kinds.get(kind);
    if (last !== undefined && !this.#isOver(last)) {
      last.leftOut++;
      last.line = line;
      return;
    }
    this.#say(kind, line, last?.leftOut ?? 0);
  }

  /** Logs the last line that was left out, of each kind whose minute is over; `all`: of every kind. */
  flush(all = false): void {
    for (const [kind, last] of this.#kinds) {
      if (last.leftOut > 0 && (all || this.#isOver(last))) this.#say(kind, last.line, last.leftOut - 1);
    }
  }

  /** The trouble is over: the next line of this kind is logged at once. */
  forget(kind: string): void {
    this.#kinds.delete(kind);
  }

  #isOver({ saidAtMs }: Kind): boolean {
    return this.#clock() - saidAtMs >= INTERVAL_MS;
  }

  #say(kind: string, line: string | (() => Line), leftOut: number): void {
    this.#kinds.set(kind, { saidAtMs: this.#clock(), leftOut: 0, line: "" });
    const more = leftOut === 0 ? "" : ` (${leftOut} more in between)`;
    if (typeof line === "string") {
      this.#log.warn(line + more);
    } else {
      const { text, fields } = line();
      this.#log.warn(text + more, fields);
    }
  }
}
