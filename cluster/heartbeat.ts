/**
 * Whether the other end of a link is still there. Node reports nothing for a cut link with unsent data, not even
 * after 40 s.
 *
 * Owns one interval timer. Keeps: it counts its own beats, not time, so that a process that was held up for seconds
 * accuses nobody: its timer fires once, and what arrived meanwhile is read before it is judged. Does not know frames.
 */

const INTERVAL_MS = 500;
/** 1.5 s: three pings without a single byte in return. */
const MAX_SILENT_BEATS = 3;

export interface HeartbeatOptions {
  /** Bytes received so far; any byte is a sign of life, so that a large value on a slow line is none of silence. */
  readonly received: () => number;
  readonly ping: () => void;
  /** Called once, when nothing was heard for too long. */
  readonly silent: () => void;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: NodeJS.Timeout | undefined;
  #received = -1;
  #silentBeats = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Pings at once and then at every beat. */
  start(): void {
    this.#timer = setInterval(() => setImmediate(() => this.beat()), INTERVAL_MS);
    this.beat();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  beat(): void {
    if (this.#timer === undefined) return;
    const received = this.#options.received();
    this.#silentBeats = received === this.#received ? this.#silentBeats + 1 : 0;
    this.#received = received;
    if (this.#silentBeats < MAX_SILENT_BEATS) {
      this.#options.ping();
      return;
    }
    this.stop();
    this.#options.silent();
  }
}
