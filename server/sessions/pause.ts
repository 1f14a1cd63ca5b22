/**
 * CLIENT PAUSE, as one thread keeps to it: which commands have to wait now, and until when.
 *
 * Invariant: a pause ends by itself; a second one while it lasts can make it longer and stricter, never the opposite.
 * Knows no connection.
 */
import type { CommandShape } from "../clients/command-shape.ts";

export type PauseMode = "write" | "all";

/** Commands without the flag `write` that reach beyond their client all the same. */
const REACHING = new Set(["publish", "spublish"]);

/** Node's timers hold no more, which is 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class Pause {
  readonly #clock: () => number;
  readonly #ended: () => void;
  #mode: PauseMode | undefined;
  #untilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #end: () => void = () => {};
  #over: Promise<void> = Promise.resolve();

  /** `ended` is called when a pause is over. */
  constructor(clock: () => number, ended: () => void) {
    this.#clock = clock;
    this.#ended = ended;
  }

  get isOn(): boolean {
    return this.#mode !== undefined;
  }

  /** What is left of it; undefined when there is none. */
  get rest(): { readonly mode: PauseMode; readonly ms: number } | undefined {
    return this.#mode && { mode: this.#mode, ms: Math.max(0, this.#untilMs - this.#clock()) };
  }

  begin(mode: PauseMode, ms: number): void {
    if (!this.isOn) this.#over = new Promise((resolve) => (this.#end = resolve));
    this.#mode = this.#mode === "all" ? "all" : mode;
    this.#untilMs = Math.max(this.#untilMs, this.#clock() + ms);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), Math.min(this.#untilMs - this.#clock(), MAX_TIMER_MS));
    this.#timer.unref();
  }

  end(): void {
    if (!this.isOn) return;
    clearTimeout(this.#timer);
    this.#mode = undefined;
    this.#untilMs = 0;
    this.#ended();
    this.#end();
  }

  /** Resolves when these commands may go on; undefined when they need not wait. */
  holds(commands: readonly CommandShape[]): Promise<void> | undefined {
    if (this.#mode === undefined) return undefined;
    return this.#mode === "all" || commands.some(changes) ? this.#over : undefined;
  }
}

function changes({ name, flags }: CommandShape): boolean {
  return flags.includes("write") || REACHING.has(name);
}
