/**
 * What a node does again and again: at regular intervals, or at the pace that the work itself asks for.
 *
 * Invariant: work that fails is logged and done again at its next turn; it does not end the process. The waiting does not
 * keep the process alive. (A sweep fails, for example, while a dead thread has a shard locked and its death is not
 * noticed.)
 */
import type { Timer, World } from "../../cluster/world.ts";
import type { Log } from "./log.ts";

export class RegularWork {
  readonly #log: Pick<Log, "error">;
  readonly #world: Pick<World, "quietlyAfter" | "quietlyEvery">;
  readonly #timers: Timer[] = [];
  /** The next turns of work that asks for its pace. */
  readonly #turns = new Map<() => number, Timer>();

  constructor(log: Pick<Log, "error">, world: Pick<World, "quietlyAfter" | "quietlyEvery">) {
    this.#log = log;
    this.#world = world;
  }

  every(intervalMs: number, work: () => void | Promise<void>): void {
    const timer = this.#world.quietlyEvery(intervalMs, async () => {
      try {
        await work();
      } catch (error) {
        this.#report(error);
      }
    });
    this.#timers.push(timer);
  }

  /** Begins in `ms`. The work returns in how many milliseconds it wants its next turn; when it fails, that is `ms` again. */
  atItsPace(ms: number, work: () => number): void {
    const planNext = (nextMs: number) => {
      this.#turns.set(
        work,
        this.#world.quietlyAfter(nextMs, () => planNext(this.#turn(work, ms))),
      );
    };
    planNext(ms);
  }

  stop(): void {
    for (const timer of [...this.#timers, ...this.#turns.values()]) timer.cancel();
  }

  #turn(work: () => number, failedMs: number): number {
    try {
      return work();
    } catch (error) {
      this.#report(error);
      return failedMs;
    }
  }

  #report(error: unknown): void {
    this.#log.error({ err: error }, "regular work failed");
  }
}
