/**
 * The start of a loader, and loads that wait for it.
 *
 * Invariant: no load runs before `start` has ended. Other members may ask for loads from the moment the peer port is open.
 */
import type { World } from "../../cluster/world.ts";
import type { GroupConf } from "../conf/conf.ts";
import { describeCause } from "./describe-cause.ts";
import { LoaderConfError } from "./errors.ts";
import { loaderTimeout } from "./load-error-texts.ts";
import type { LoadContext, Loaded, Loader, LoaderKey, LoaderTools } from "./loader.ts";

export interface StartTerms {
  readonly conf: Pick<GroupConf, "name" | "loader" | "loaderTimeoutMs">;
  readonly tools: LoaderTools;
  readonly world: Pick<World, "after">;
}

/** A loader that has a `start`. */
class StartedLoader implements Loader {
  readonly loadMany?: NonNullable<Loader["loadMany"]>;
  readonly close?: NonNullable<Loader["close"]>;
  readonly #loader: Loader;
  readonly #terms: StartTerms;
  #isStarted = false;
  #started!: () => void;
  readonly #untilStarted = new Promise<void>((resolve) => {
    this.#started = resolve;
  });

  constructor(loader: Loader, terms: StartTerms) {
    this.#loader = loader;
    this.#terms = terms;
    if (loader.loadMany)
      this.loadMany = (keys, context) => this.#whenStarted(() => loader.loadMany!(keys, context));
    if (loader.close) this.close = () => loader.close!();
  }

  load(key: LoaderKey, context: LoadContext): Loaded | Promise<Loaded> {
    return this.#whenStarted(() => this.#loader.load(key, context));
  }

  /** Rejects with a LoaderConfError, also when the loader has not started within `loader-timeout`. */
  async start(): Promise<void> {
    const { conf, tools, world } = this.#terms;
    const fail = (text: string) => new LoaderConfError(`${conf.loader.where}: loader: ${text}`);
    await new Promise<void>((resolve, reject) => {
      const tooLate = () => reject(fail(`start: ${loaderTimeout(conf.loaderTimeoutMs)}`));
      const timer = world.after(conf.loaderTimeoutMs, tooLate);
      const start = async () => this.#loader.start!({ group: conf.name, ...tools });
      start()
        .then(resolve, (thrown) => {
          const { cause, at } = describeCause(thrown);
          reject(fail(`start failed: ${cause}${at === undefined ? "" : ` (at ${at})`}`));
        })
        .finally(() => timer.cancel());
    });
    this.#isStarted = true;
    this.#started();
  }

  #whenStarted<Result>(load: () => Result | Promise<Result>): Result | Promise<Result> {
    return this.#isStarted ? load() : this.#untilStarted.then(load);
  }
}

export function startable(loader: Loader, terms: StartTerms): Loader {
  return loader.start === undefined ? loader : new StartedLoader(loader, terms);
}
