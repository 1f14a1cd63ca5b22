/**
 * CLIENT PAUSE on one thread: which commands have to wait now, and until when.
 *
 * Invariant: a pause ends by itself. A second pause can make it longer and stricter, never shorter or milder. Knows no
 * connection.
 */
import type { Timer, World } from "../../cluster/world.ts";
import type { CommandShape } from "../clients/command-shape.ts";

export type PauseMode = "write" | "all";

/** Commands without the flag `write` that reach other clients, or may write, all the same. */
const REACHING = new Set(["publish", "spublish", "eval", "evalsha"]);

/** Node's timers hold no more, which is 24 days: a longer pause takes several of them. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class Pause {
  readonly #world: Pick<World, "clock" | "quietlyAfter">;
  readonly #ended: () => void;
  #mode: PauseMode | undefined;
  #untilMs = 0;
  #timer: Timer | undefined;
  #end: () => void = () => {};
  #over: Promise<void> = Promise.resolve();

  /** `ended` is called when a pause is over. */
  constructor(world: Pick<World, "clock" | "quietlyAfter">, ended: () => void) {
    this.#world = world;
    this.#ended = ended;
  }

  get isOn(): boolean {
    return this.#mode !== undefined;
  }

  /** What is left of the pause; undefined: there is none. */
  get rest(): { readonly mode: PauseMode; readonly ms: number } | undefined {
    return this.#mode && { mode: this.#mode, ms: Math.max(0, this.#untilMs - this.#world.clock()) };
  }

  begin(mode: PauseMode, ms: number): void {
    if (!this.isOn) this.#over = new Promise((resolve) => (this.#end = resolve));
    this.#mode = this.#mode === "all" ? "all" : mode;
    const nowMs = this.#world.clock();
    this.#untilMs = Math.max(this.#untilMs, nowMs + ms);
    this.#plan(this.#untilMs - nowMs);
  }

  #plan(restMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#world.quietlyAfter(Math.min(restMs, MAX_TIMER_MS), () => {
      const leftMs = restMs - MAX_TIMER_MS;
      if (leftMs > 0) this.#plan(leftMs);
      else this.end();
    });
  }

  end(): void {
    if (!this.isOn) return;
    this.#timer?.cancel();
    this.#mode = undefined;
    this.#untilMs = 0;
    this.#ended();
    this.#end();
  }

  /** Resolves when these commands may go on; undefined: they need not wait. */
  holds(commands: readonly CommandShape[]): Promise<void> | undefined {
    if (this.#mode === undefined) return undefined;
    return this.#mode === "all" || commands.some(changes) ? this.#over : undefined;
  }
}

function changes({ name, flags }: CommandShape): boolean {
  return flags.includes("write") || REACHING.has(name);
}
