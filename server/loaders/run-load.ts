/**
 * Runs one call of a loader, whatever the loader does.
 *
 * Invariant: there is one outcome for each key, exactly once, at its deadline at the latest; no call throws, and no promise
 * rejects. A value or a rejection that comes later is dropped. Knows neither flights nor the store. A loader that blocks
 * the thread blocks the node: no deadline can end it.
 *
 *     load(key, context) ── value ────────────────────────────────┐
 *           │ throws                                              ├─> Outcome
 *           └─ promise ──┬─ resolves, rejects ────────────────────┤
 *                        ├─ deadline:  "loader timeout ..." ──────┤ and the signal fires
 *                        └─ node ends: "loader stopped ..." ──────┘
 */
import type { Outcome } from "../../cluster/outcome.ts";
import type { World } from "../../cluster/world.ts";
import { failure } from "./failure-kinds.ts";
import { LOADER_STOPPED, loaderReturnedWrongCount, loaderTimeout } from "./load-error-texts.ts";
import type { LoadContext, Loader, LoaderTools, LoadManyContext } from "./loader.ts";
import { toLoaderKey } from "./loader-key.ts";
import { currentScope, type LoaderScope, runIn } from "./loader-scope.ts";
import type { LoadsUnderWay } from "./loads-under-way.ts";
import { failed, normalizeLoaded } from "./normalize-loaded.ts";

/** The terms of one load: the limits of its group and what the load needs of the node. `timeoutMs` counts from the call. */
export interface LoadTerms {
  readonly group: string;
  readonly timeoutMs: number;
  readonly maxValueBytes: number;
  /** The load is in this list until it is answered, so that a node that stops can end it. */
  readonly underWay: LoadsUnderWay;
  readonly world: Pick<World, "after">;
  readonly tools: LoaderTools;
}

/**
 * The outcome itself when the loader answers at once: a promise would cost more than a quick loader does. `keyBytes` goes to
 * the loader without a copy: the loader must not change it.
 */
export function runLoad(loader: Loader, keyBytes: Uint8Array, terms: LoadTerms): Outcome | Promise<Outcome> {
  const context = new Context(terms, keyBytes) satisfies LoadContext;
  try {
    const loaded: unknown = loader.load(toLoaderKey(keyBytes), context);
    // A value that is there at once needs no timer.
    if (!isThenable(loaded)) return normalizeLoaded(loaded, terms);
    return beforeDeadline(
      loaded,
      context,
      terms,
      (late) => normalizeLoaded(late, terms),
      (outcome) => outcome,
    );
  } catch (thrown) {
    return failed(thrown, terms);
  }
}

/** The outcomes in the order of the keys, under one deadline. A loader without `loadMany` gets a `load` for each key, all at once. */
export function runLoadMany(
  loader: Loader,
  keyBytes: readonly Uint8Array[],
  terms: LoadTerms,
): Outcome[] | Promise<Outcome[]> {
  if (!loader.loadMany) return Promise.all(keyBytes.map((key) => runLoad(loader, key, terms)));
  const context = new Context(terms, keyBytes) satisfies LoadManyContext;
  const failAll = (outcome: Outcome): Outcome[] => keyBytes.map(() => outcome);
  const finish = (results: unknown): Outcome[] => {
    if (Array.isArray(results) && results.length === keyBytes.length) return normalizeEach(results, terms);
    return failAll(failure(loaderReturnedWrongCount(results, keyBytes.length), { kind: "wrong-result" }));
  };
  try {
    const loaded: unknown = loader.loadMany(keyBytes.map(toLoaderKey), context);
    if (!isThenable(loaded)) return finish(loaded);
    return beforeDeadline(loaded, context, terms, finish, failAll);
  } catch (thrown) {
    return failAll(failed(thrown, terms));
  }
}

/** A result whose getter throws fails its key alone. */
function normalizeEach(results: readonly unknown[], terms: LoadTerms): Outcome[] {
  // Array.from, because map would leave the holes of a sparse array as they are.
  return Array.from(results, (loaded) => {
    try {
      return normalizeLoaded(loaded, terms);
    } catch (thrown) {
      return failed(thrown, terms);
    }
  });
}

function beforeDeadline<Result>(
  loading: PromiseLike<unknown>,
  context: Context<unknown>,
  terms: LoadTerms,
  finish: (loaded: unknown) => Result,
  fail: (outcome: Outcome) => Result,
): Promise<Result> {
  return new Promise((resolve) => {
    const settle = (result: Result): void => {
      timer.cancel();
      terms.underWay.remove(place);
      resolve(result);
    };
    // The waiters are answered first: what the loader does on the signal must not change their answer.
    const cutOff = (text: string, kind: "stopped" | "timeout", name: string): void => {
      settle(fail(failure(text, { kind })));
      context.abort(new DOMException(text, name));
    };
    const stop = (): void => cutOff(LOADER_STOPPED, "stopped", "AbortError");
    const onDeadline = (): void => cutOff(loaderTimeout(terms.timeoutMs), "timeout", "TimeoutError");
    const timer = terms.world.after(terms.timeoutMs, onDeadline);
    const place = terms.underWay.add(stop);
    answerOf(loading, finish, (thrown) => fail(failed(thrown, terms))).then(settle);
  });
}

/** `await` and not `then`, because the `then` of a foreign object may throw or call back twice. */
async function answerOf<Result>(
  loading: PromiseLike<unknown>,
  finish: (loaded: unknown) => Result,
  fail: (thrown: unknown) => Result,
): Promise<Result> {
  try {
    return finish(await loading);
  } catch (thrown) {
    return fail(thrown);
  }
}

function isThenable(loaded: unknown): loaded is PromiseLike<unknown> {
  if (typeof loaded !== "object" || loaded === null) return false;
  return typeof (loaded as { then?: unknown }).then === "function";
}

/** A load's context. An AbortController costs more than a quick load, so it is made when the loader reads `signal`. */
class Context<Keys> {
  readonly group: string;
  readonly keyBytes: Keys;
  readonly log: LoaderTools["log"];
  readonly node: LoaderTools["node"];
  #controller: AbortController | undefined;
  /** Whose listeners the signal has. */
  #scope: LoaderScope | undefined;
  #reason: DOMException | undefined;

  constructor({ group, tools }: LoadTerms, keyBytes: Keys) {
    this.group = group;
    this.keyBytes = keyBytes;
    this.log = tools.log;
    this.node = tools.node;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#scope = currentScope();
    }
    if (this.#reason) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  abort(reason: DOMException): void {
    this.#reason = reason;
    // An error of a listener is thrown later, in the scope that the listeners are called in.
    const controller = this.#controller;
    if (controller !== undefined) runIn(this.#scope, () => controller.abort(reason));
  }
}
