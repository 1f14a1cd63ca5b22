/**
 * What a node does at regular intervals.
 *
 * Invariant: work that fails is logged and done again at its next turn; it does not end the process. The waiting does not
 * keep the process alive. (A sweep fails, for example, while a dead thread has a shard locked and its death is not
 * noticed.)
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
