/**
 * The queue in front of a group's loader: at most `loader-concurrency` loads run at a time, and the other keys wait.
 *
 * Invariant: every key is answered exactly once, at its deadline at the latest; the deadline counts from the moment the key
 * came. The queue is never longer than its limit. When the loader has `loadMany`, the keys of one tick go to it together
 * and count as one load. Knows nothing of flights or the store.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import type { Timer, World } from "../../cluster/world.ts";
import type { GroupConf } from "../conf/conf.ts";
import { failure } from "./failure-kinds.ts";
import { LOADER_BUSY, LOADER_STOPPED, loaderTimeout } from "./load-error-texts.ts";
import type { LoadFailures } from "./load-failures.ts";
import type { Loader, LoaderTools } from "./loader.ts";
import { LoadsUnderWay } from "./loads-under-way.ts";
import { NONE_LOADER } from "./none-loader.ts";
import { type LoadTerms, runLoad, runLoadMany } from "./run-load.ts";

/** A longer `loadMany` is split: the IN list or URL of an origin has limits of its own. */
const MAX_KEYS_PER_LOAD = 1000;

export interface LoadQueueOptions {
  readonly loader: Loader;
  /** Read at each use: CONFIG SET changes it in place. `loaderQueue`: how many keys may wait for a place. */
  readonly conf: Pick<
    GroupConf,
    "name" | "loaderTimeoutMs" | "loaderConcurrency" | "loaderQueue" | "maxValueBytes"
  >;
  readonly world: Pick<World, "clock" | "after" | "soon">;
  /** Hears of each key whose load failed. */
  readonly failures: Pick<LoadFailures, "failed">;
  readonly tools: LoaderTools;
}

interface Waiting {
  readonly key: Buffer;
  readonly deadline: number;
  readonly settle: (outcome: Outcome) => void;
}

export class LoadQueue {
  readonly #options: LoadQueueOptions;
  /** Keys of this tick, for `loadMany`. */
  #gathering: Waiting[] = [];
  /** Batches that wait; a batch is one key when the loader has no `loadMany`. */
  #batches: Waiting[][] = [];
  /** Loads that are over, whose keys are answered in this turn. */
  #settled: [Waiting, Outcome][] = [];
  #queued = 0;
  #active = 0;
  readonly #underWay = new LoadsUnderWay();
  #timer: Timer | undefined;

  constructor(options: LoadQueueOptions) {
    this.#options = options;
  }

  /** Whether the loader may have a value for a key. */
  get hasOrigin(): boolean {
    return this.#options.loader !== NONE_LOADER;
  }

  /** How many loads are under way and how many keys wait. */
  get figures(): { readonly active: number; readonly queued: number } {
    return { active: this.#active, queued: this.#queued };
  }

  /** Loads a key (without the group's prefix). `settle` is called once, after this call, and must not throw. */
  load(key: Buffer, settle: (outcome: Outcome) => void): void {
    const deadline = this.#options.world.clock() + this.#options.conf.loaderTimeoutMs;
    const waiting: Waiting = { key, deadline, settle };
    if (this.#queued >= this.#options.conf.loaderQueue + this.#room()) {
      this.#settleSoon(waiting, failure(LOADER_BUSY, { kind: "queue-full" }));
      return;
    }
    this.#queued++;
    this.#enqueue(waiting);
  }

  /** Ends the queue with the node: answers every key with an error now, and fires the signals of loads under way. */
  stop(): void {
    for (const waiting of [...this.#batches.splice(0).flat(), ...this.#gathering.splice(0)]) {
      this.#queued--;
      waiting.settle({ kind: "error", text: LOADER_STOPPED });
    }
    this.#underWay.stop();
    this.#watch();
  }

  /** How many more keys can start now, because fewer loads run than may. */
  #room(): number {
    const places = Math.max(0, this.#options.conf.loaderConcurrency - this.#active);
    return this.#options.loader.loadMany === undefined ? places : places * MAX_KEYS_PER_LOAD;
  }

  #enqueue(waiting: Waiting): void {
    if (this.#options.loader.loadMany === undefined) {
      this.#batches.push([waiting]);
      this.#advance();
      return;
    }
    if (this.#gathering.length === 0) this.#options.world.soon(() => this.#endGathering());
    this.#gathering.push(waiting);
  }

  /** Moves the keys gathered in this tick to the batches that wait. */
  #endGathering(): void {
    const keys = this.#gathering;
    this.#gathering = [];
    for (let i = 0; i < keys.length; i += MAX_KEYS_PER_LOAD) {
      this.#batches.push(keys.slice(i, i + MAX_KEYS_PER_LOAD));
    }
    this.#advance();
  }

  /** Answers the keys whose deadline has passed, then starts as many loads as may run. */
  #advance(): void {
    this.#expire();
    while (this.#active < this.#options.conf.loaderConcurrency && this.#batches.length > 0) {
      const batch = this.#batches.shift()!;
      this.#queued -= batch.length;
      this.#run(batch);
    }
    this.#watch();
  }

  #run(batch: Waiting[]): void {
    this.#active++;
    const { loader, conf, world, tools } = this.#options;
    const timeoutMs = Math.max(1, Math.ceil(batch[0]!.deadline - world.clock()));
    const { name: group, maxValueBytes } = conf;
    const terms: LoadTerms = { group, maxValueBytes, timeoutMs, world, tools, underWay: this.#underWay };
    if (loader.loadMany === undefined) {
      const outcome = runLoad(loader, batch[0]!.key, terms);
      if (outcome instanceof Promise) outcome.then((late) => this.#end(batch, [late]));
      else this.#endSoon(batch, [outcome]);
    } else {
      const keys = batch.map((waiting) => waiting.key);
      const outcomes = runLoadMany(loader, keys, terms);
      if (outcomes instanceof Promise) outcomes.then((late) => this.#end(batch, late));
      else this.#endSoon(batch, outcomes);
    }
  }

  #end(batch: Waiting[], outcomes: Outcome[]): void {
    for (const [i, waiting] of batch.entries()) this.#settle(waiting, outcomes[i]!);
    this.#active--;
    this.#advance();
  }

  /** Whoever asks for a load gets its outcome after the question. All outcomes of a turn wait for one microtask. */
  #endSoon(batch: Waiting[], outcomes: Outcome[]): void {
    this.#active--;
    for (const [i, waiting] of batch.entries()) this.#settleSoon(waiting, outcomes[i]!);
  }

  #settleSoon(waiting: Waiting, outcome: Outcome): void {
    if (this.#settled.push([waiting, outcome]) > 1) return;
    queueMicrotask(() => {
      const settled = this.#settled;
      this.#settled = [];
      for (const [each, its] of settled) this.#settle(each, its);
    });
  }

  #settle({ key, settle }: Waiting, outcome: Outcome): void {
    if (outcome.kind === "error") this.#options.failures.failed(key, outcome);
    settle(outcome);
  }

  /** Batches wait in the order of their deadlines, so one timer for the first is enough. */
  #watch(): void {
    if (this.#batches.length === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    } else if (this.#timer === undefined) {
      const leftMs = Math.ceil(this.#batches[0]![0]!.deadline - this.#options.world.clock());
      this.#timer = this.#options.world.after(Math.max(1, leftMs), () => this.#onTimer());
    }
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#advance();
  }

  #expire(): void {
    if (this.#batches.length === 0) return;
    const now = this.#options.world.clock();
    if (this.#batches[0]![0]!.deadline > now) return;
    const outcome = failure(loaderTimeout(this.#options.conf.loaderTimeoutMs), { kind: "timeout" });
    while (this.#batches.length > 0 && this.#batches[0]![0]!.deadline <= now) {
      const batch = this.#batches.shift()!;
      this.#queued -= batch.length;
      for (const waiting of batch) this.#settle(waiting, outcome);
    }
  }
}
