/**
 * A line in the log for each GET that is no hit, at `loglevel debug`.
 *
 * Invariant: at every other level a GET costs one look at the level. Data of strangers are fields of the line.
 */
import type { Waiter } from "../groups/flights.ts";
import { shownKey } from "../loaders/shown-key.ts";
import type { Log } from "../machine/log.ts";

export class MissLog {
  readonly #log: Pick<Log, "isLevelEnabled" | "trace">;
  readonly #clock: () => number;

  constructor(log: Pick<Log, "isLevelEnabled" | "trace">, clock: () => number) {
    this.#log = log;
    this.#clock = clock;
  }

  /** The same waiter; at `debug` one that also logs the outcome. `from`: the member that is asked. */
  around(waiter: Waiter, key: Buffer, from: string): Waiter {
    if (!this.#log.isLevelEnabled("trace")) return waiter;
    const startedMs = this.#clock();
    return (outcome) => {
      const ms = Number((this.#clock() - startedMs).toFixed(3));
      const error = outcome.kind === "error" ? { error: outcome.text } : {};
      this.#log.trace({ key: shownKey(key), from, outcome: outcome.kind, ...error, ms }, "GET, no hit");
      waiter(outcome);
    };
  }
}
