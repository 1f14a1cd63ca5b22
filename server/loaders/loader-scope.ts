/**
 * Whose code runs: that of a group's loader, or the node's own.
 *
 * A loader is imported and called in its group's scope. What it begins there (a timer, a promise, a socket, a listener)
 * stays in the scope, however much later it runs. So an error that nobody caught can be told: one that happens in a scope
 * is the loader's and goes to its group; any other is a mistake of the node's own.
 *
 * Invariant: the node's own code never runs in a scope. Costs nothing until the first loader runs in one.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { types } from "node:util";
import type { LoadContext, Loaded, Loader, LoaderKey, LoadManyContext } from "./loader.ts";

/** What hears of the errors that escape the loader of one group. */
export interface LoaderScope {
  escaped(error: unknown): void;
}

const scopes = new AsyncLocalStorage<LoaderScope | undefined>();

/** Calls `run` in this scope; undefined: as the node's own. */
export function runIn<Args extends unknown[], Result>(
  scope: LoaderScope | undefined,
  run: (...args: Args) => Result,
  ...args: Args
): Result {
  return scopes.run(scope, run, ...args);
}

/** The scope of the code that calls; undefined: the node's own. */
export function currentScope(): LoaderScope | undefined {
  return scopes.getStore();
}

/** The same loader, with every call in its scope. */
export function scoped(loader: Loader, scope: LoaderScope): Loader {
  const { start, loadMany, close } = loader;
  return {
    load: (key, context) => scopes.run(scope, loadNow, loader, key, context),
    ...(start && { start: (context) => scopes.run(scope, () => loader.start!(context)) }),
    ...(loadMany && { loadMany: (keys, context) => scopes.run(scope, loadManyNow, loader, keys, context) }),
    ...(close && { close: () => scopes.run(scope, () => loader.close!()) }),
  };
}

/**
 * From now on, an uncaught error of a loader goes to its group, and `crash` gets every other one. Only for a process that
 * is the node's own: in a program that embeds a node, uncaught errors are the program's business.
 */
export function guardProcess(crash: (error: unknown) => never): void {
  const heard = (error: unknown): void => {
    const scope = currentScope();
    if (scope === undefined) crash(error);
    scope.escaped(error);
  };
  process.on("uncaughtException", heard);
  process.on("unhandledRejection", heard);
  if (forgetsMicrotasks()) globalThis.queueMicrotask = microtasksInScope(globalThis.queueMicrotask);
}

function loadNow(loader: Loader, key: LoaderKey, context: LoadContext): Loaded | Promise<Loaded> {
  return begun(loader.load(key, context));
}

function loadManyNow(
  loader: Loader,
  keys: readonly LoaderKey[],
  context: LoadManyContext,
): ReturnType<NonNullable<Loader["loadMany"]>> {
  return begun(loader.loadMany!(keys, context));
}

/** A query builder's result begins its query when its `then` is called, so that has to happen in the scope, too. */
function begun<Result>(loaded: Result | Promise<Result>): Result | Promise<Result> {
  if (typeof loaded !== "object" || loaded === null || !("then" in loaded)) return loaded;
  if (types.isPromise(loaded) && loaded.then === Promise.prototype.then) return loaded;
  return (async () => await loaded)();
}

/** Before version 24, Node has left the scope when it reports an error that a microtask threw. */
function forgetsMicrotasks(): boolean {
  return Number.parseInt(process.versions.node, 10) < 24;
}

function microtasksInScope(queue: typeof queueMicrotask): typeof queueMicrotask {
  return (callback) => {
    const scope = currentScope();
    if (scope === undefined || typeof callback !== "function") return queue(callback);
    queue(() => {
      try {
        callback();
      } catch (error) {
        scope.escaped(error);
      }
    });
  };
}
