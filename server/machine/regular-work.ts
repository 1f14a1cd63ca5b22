/**
 * What a node does at regular intervals.
 *
 * Invariant: work that fails is logged and tried again at its next turn; neither it nor the waiting for it keeps the
 * process alive or ends it. (A shard that a dead thread has locked makes a sweep fail until the death is noticed.)
 */
import type { Log } from "./log.ts";

export class RegularWork {
  readonly #log: Pick<Log, "error">;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(log: Pick<Log, "error">) {
    this.#log = log;
  }

  every(intervalMs: number, work: () => void | Promise<void>): void {
    const timer = setInterval(async () => {
      try {
        await work();
      } catch (error) {
        this.#log.error({ err: error }, "regular work failed");
      }
    }, intervalMs);
    timer.unref();
    this.#timers.push(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}
