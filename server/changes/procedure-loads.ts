/**
 * What is loaded for one procedure, while it waits: several keys, which land at different times.
 *
 * Invariant: `has` is true of a key only while the outcome of its load is what a GET would give: a change of the key since
 * the load began, by a command or a flush, ends it, and the key has to be loaded again. Does not know what the store holds.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import type { Groups } from "../groups/groups.ts";
import type { LocalLoads } from "../reads/local-loads.ts";
import type { KeyWatch, Watches } from "../tracking/watches.ts";

export interface ProcedureLoadsOptions {
  readonly groups: Groups;
  readonly loads: Pick<LocalLoads, "load">;
  readonly watches: Pick<Watches, "watch">;
}

interface Landed {
  readonly outcome: Outcome;
  readonly watch: KeyWatch;
}

export class ProcedureLoads {
  readonly #options: ProcedureLoadsOptions;
  /** By the key's latin1 text. */
  readonly #landed = new Map<string, Landed>();

  constructor(options: ProcedureLoadsOptions) {
    this.#options = options;
  }

  /** Whether the key is loaded, and has not changed since. */
  has(key: Buffer): boolean {
    return this.#landed.get(nameOf(key))?.watch.touched === false;
  }

  /** Loads keys that this has not. The keys' bytes must not change. */
  async load(keys: readonly Buffer[]): Promise<void> {
    const unique = new Map(keys.map((key) => [nameOf(key), key]));
    await Promise.all(Array.from(unique, ([name, key]) => this.#load(name, key)));
  }

  /** What keys were loaded as, by their latin1 text. */
  get outcomes(): Map<string, Outcome> {
    return new Map(Array.from(this.#landed, ([name, { outcome }]) => [name, outcome]));
  }

  /** The text of a load that has failed, of a key that has not changed since; undefined: there is none. */
  get failure(): string | undefined {
    for (const { outcome, watch } of this.#landed.values())
      if (outcome.kind === "error" && !watch.touched) return outcome.text;
    return undefined;
  }

  /** To be called when the procedure has run, or will not. */
  end(): void {
    for (const { watch } of this.#landed.values()) watch.end();
  }

  #load(name: string, key: Buffer): Promise<void> {
    const { groups, loads, watches } = this.#options;
    this.#landed.get(name)?.watch.end();
    this.#landed.delete(name);
    const group = groups.of(key, 0, key.length)!;
    const watch = watches.watch(key);
    group.counters.misses++;
    return new Promise((resolve) => {
      loads.load(group, Buffer.from(key), (outcome, isVoided) => {
        if (isVoided || watch.touched) watch.end();
        else this.#landed.set(name, { outcome: owned(outcome), watch });
        resolve();
      });
    });
  }
}

/** A waiter's value may be a view that dies after the call. */
function owned(outcome: Outcome): Outcome {
  return outcome.kind === "value" ? { ...outcome, value: Buffer.from(outcome.value) } : outcome;
}

function nameOf(key: Buffer): string {
  return key.toString("latin1");
}
