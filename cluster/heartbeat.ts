/**
 * Notices when the other end of a link is gone. Node.js reports nothing for a cut link with unsent data, not even after
 * 40 s.
 *
 * Owns one timer. Keeps: a process that is itself held up does not give up other members. The heartbeat counts its own
 * beats instead of time, and only beats that came in time: a late beat says more about this process than about the other
 * side. Bytes that have arrived are read before a beat judges. Does not know frames.
 */

import type { Timer, World } from "./world.ts";

const INTERVAL_MS = 500;
/** 1.5 s: three pings without a single byte in return. */
const MAX_SILENT_BEATS = 3;
/** A beat that is later than half an interval is not counted. */
const MAX_LATE_MS = 250;

interface HeartbeatOptions {
  readonly world: Pick<World, "clock" | "every" | "soon">;
  /** Bytes received so far. Any byte is a sign of life: a large value on a slow line is no silence. */
  readonly received: () => number;
  readonly ping: () => void;
  /** Called once, when nothing was heard for too long. */
  readonly silent: () => void;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: Timer | undefined;
  #received = -1;
  #silentBeats = 0;
  #lastBeatMs = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Pings at once and then at every beat. */
  start(): void {
    const { clock, every, soon } = this.#options.world;
    this.#lastBeatMs = clock();
    this.#timer = every(INTERVAL_MS, () => soon(() => this.#beat()));
    this.#beat();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #beat(): void {
    if (this.#timer === undefined) return;
    const received = this.#options.received();
    const now = this.#options.world.clock();
    const wasHeldUp = now - this.#lastBeatMs > INTERVAL_MS + MAX_LATE_MS;
    this.#lastBeatMs = now;
    if (received !== this.#received) this.#silentBeats = 0;
    else if (!wasHeldUp) this.#silentBeats++;
    this.#received = received;
    if (this.#silentBeats < MAX_SILENT_BEATS) {
      this.#options.ping();
      return;
    }
    this.stop();
    this.#options.silent();
  }
}
