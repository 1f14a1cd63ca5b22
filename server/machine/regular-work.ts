/**
 * What a node does at regular intervals.
 *
 * Invariant: work that fails is logged and tried again at its next turn; neither it nor the waiting for it keeps the
 * process alive or ends it. (A shard that a dead thread has locked makes a sweep fail until the death is noticed.)
 */
import type { Timer, World } from "../../cluster/world.ts";
import type { Log } from "./log.ts";

export class RegularWork {
  readonly #log: Pick<Log, "error">;
  readonly #world: Pick<World, "quietlyEvery">;
  readonly #timers: Timer[] = [];

  constructor(log: Pick<Log, "error">, world: Pick<World, "quietlyEvery">) {
    this.#log = log;
    this.#world = world;
  }

  every(intervalMs: number, work: () => void | Promise<void>): void {
    const timer = this.#world.quietlyEvery(intervalMs, async () => {
      try {
        await work();
      } catch (error) {
        this.#log.error({ err: error }, "regular work failed");
      }
    });
    this.#timers.push(timer);
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
  }
}
