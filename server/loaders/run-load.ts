/**
 * Runs one call of a loader, whatever the loader does.
 *
 * Invariant: the promise resolves exactly once, with an outcome a key, at the latest when the deadline passes; it
 * never rejects. What comes after that, a value or a rejection, is dropped. Knows neither flights nor the store: who
 * joins a load and who keeps its value is the group's business. It cannot help against code that blocks the thread.
 *
 *     load(key, context) ── value ────────────────────────────────┐
 *           │ throws                                              ├─> Outcome
 *           └─ promise ──┬─ resolves, rejects ────────────────────┤
 *                        ├─ deadline:  "loader timeout ..." ──────┤ and the signal fires
 *                        └─ node ends: "loader stopped ..." ──────┘
 */
import type { Outcome } from "../../cluster/outcome.ts";
import type { Nature } from "../../cluster/world.ts";
import type { LoadContext, Loader, LoadManyContext } from "./loader.ts";
import { toLoaderKey } from "./loader-key.ts";
import type { LoadsUnderWay } from "./loads-under-way.ts";
import { failure, normalizeLoaded } from "./normalize-loaded.ts";
import { LOADER_STOPPED, loaderFailed, loaderReturnedWrongCount, loaderTimeout } from "./texts.ts";

/** What a group lays down for each of its loads. */
export interface LoadTerms {
  readonly group: string;
  readonly timeoutMs: number;
  readonly maxValueBytes: number;
  /** Loads are listed here while they wait, so that a node that stops can end them. */
  readonly underWay: LoadsUnderWay;
  readonly world: Pick<Nature, "after">;
}

/** The loader must not change `keyBytes`, which is handed on without a copy. */
export async function runLoad(loader: Loader, keyBytes: Uint8Array, terms: LoadTerms): Promise<Outcome> {
  const context = new Context(terms.group, keyBytes) satisfies LoadContext;
  try {
    const loaded: unknown = loader.load(toLoaderKey(keyBytes), context);
    // An answer given at once needs no timer.
    if (!isThenable(loaded)) return normalizeLoaded(loaded, terms);
    return await beforeDeadline(loaded, context, terms, (late) => normalizeLoaded(late, terms), failure);
  } catch (thrown) {
    return failure(loaderFailed(thrown, terms.maxValueBytes));
  }
}

/**
 * The outcomes in the order of the keys, under one deadline. A loader without `loadMany` gets one `load` a key, all
 * at once.
 */
export async function runLoadMany(
  loader: Loader,
  keyBytes: readonly Uint8Array[],
  terms: LoadTerms,
): Promise<Outcome[]> {
  if (!loader.loadMany) return Promise.all(keyBytes.map((key) => runLoad(loader, key, terms)));
  const context = new Context(terms.group, keyBytes) satisfies LoadManyContext;
  const failAll = (text: string): Outcome[] => keyBytes.map(() => failure(text));
  const finish = (results: unknown): Outcome[] => {
    if (Array.isArray(results) && results.length === keyBytes.length) return normalizeEach(results, terms);
    return failAll(loaderReturnedWrongCount(results, keyBytes.length));
  };
  try {
    const loaded: unknown = loader.loadMany(keyBytes.map(toLoaderKey), context);
    if (!isThenable(loaded)) return finish(loaded);
    return await beforeDeadline(loaded, context, terms, finish, failAll);
  } catch (thrown) {
    return failAll(loaderFailed(thrown, terms.maxValueBytes));
  }
}

/** A getter that throws in one result fails that key alone. */
function normalizeEach(results: readonly unknown[], terms: LoadTerms): Outcome[] {
  // Array.from, because map would leave the holes of a sparse array as they are.
  return Array.from(results, (loaded) => {
    try {
      return normalizeLoaded(loaded, terms);
    } catch (thrown) {
      return failure(loaderFailed(thrown, terms.maxValueBytes));
    }
  });
}

function beforeDeadline<Result>(
  loading: PromiseLike<unknown>,
  context: Context<unknown>,
  terms: LoadTerms,
  finish: (loaded: unknown) => Result,
  fail: (text: string) => Result,
): Promise<Result> {
  return new Promise((resolve) => {
    const settle = (result: Result): void => {
      timer.cancel();
      terms.underWay.remove(place);
      resolve(result);
    };
    // The waiters are answered before the signal fires: what the loader makes of it comes too late to matter.
    const cutOff = (text: string, name: string): void => {
      settle(fail(text));
      context.abort(new DOMException(text, name));
    };
    const stop = (): void => cutOff(LOADER_STOPPED, "AbortError");
    const onDeadline = (): void => cutOff(loaderTimeout(terms.timeoutMs), "TimeoutError");
    const timer = terms.world.after(terms.timeoutMs, onDeadline);
    const place = terms.underWay.add(stop);
    answerOf(loading, finish, (thrown) => fail(loaderFailed(thrown, terms.maxValueBytes))).then(settle);
  });
}

/** `await` rather than `then`, because a hostile `then` may throw or call back twice. */
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

/** A load's context. Its AbortController costs more than a quick load and is made for loaders that ask for it. */
class Context<Keys> {
  readonly group: string;
  readonly keyBytes: Keys;
  #controller: AbortController | undefined;
  #reason: DOMException | undefined;

  constructor(group: string, keyBytes: Keys) {
    this.group = group;
    this.keyBytes = keyBytes;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  abort(reason: DOMException): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
