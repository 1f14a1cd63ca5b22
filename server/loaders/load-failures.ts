/**
 * What goes wrong in the loader of one group, for the log and the figures.
 *
 * Invariant: at most one line a minute for each kind of failure, however many there are; memory is bounded by the number of
 * kinds. Never throws. Decides nothing: what a client is told is the business of run-load.ts.
 */

import { QuietLog } from "../../cluster/quiet-log.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Log } from "../machine/log.ts";
import { describeCause } from "./describe-cause.ts";
import { type Failure, reasonOf } from "./failure-kinds.ts";
import type { LoaderScope } from "./loader-scope.ts";
import { shownKey } from "./shown-key.ts";

export class LoadFailures implements LoaderScope {
  /** Errors that escaped the loader since the start or the last CONFIG RESETSTAT. */
  escapedErrors = 0;
  readonly #group: string;
  readonly #quiet: QuietLog;

  constructor(group: string, log: Pick<Log, "warn">, clock: () => number) {
    this.#group = group;
    const warn = (text: string, fields: object = {}): void => log.warn(fields, text);
    this.#quiet = new QuietLog({ info: warn, warn }, clock);
  }

  /** An error that nobody caught, in something that the loader began. */
  escaped(error: unknown): void {
    this.escapedErrors++;
    this.#quiet.warn("escaped", () => ({
      text: "an error escaped a loader, and nobody caught it",
      fields: { group: this.#group, ...describeCause(error) },
    }));
  }

  /** The load of a key failed with this outcome. The key is the loader's, without its group's prefix. */
  failed(key: Uint8Array, outcome: Failure): void {
    const { kind, thrown } = reasonOf(outcome) ?? { kind: "error" };
    // A node that stops ends every load; that is no failure of the loader.
    if (kind === "stopped") return;
    this.#quiet.warn(kind, () => ({
      text: "a load failed",
      fields: {
        ...{ group: this.#group, kind, key: shownKey(key) },
        ...(thrown === undefined ? { cause: outcome.text } : describeCause(thrown)),
      },
    }));
  }

  /** Logs the last failure of each kind that has been left out for a minute; `all`: of every kind. */
  flush(all = false): void {
    this.#quiet.flush(all);
  }
}

/** One for each group of a conf, by the group's name. */
export function failuresOf(
  { groups }: Pick<NodeConf, "groups">,
  log: Pick<Log, "warn">,
  clock: () => number,
): Map<string, LoadFailures> {
  return new Map(groups.map(({ name }) => [name, new LoadFailures(name, log, clock)]));
}
