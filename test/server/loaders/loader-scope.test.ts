/**
 * Goal: what a loader begins is in its group's scope, and nothing else is. Method: loaders that note the scope they run in;
 * test/e2e/escaped-errors.test.ts throws the errors.
 */
import test from "ava";
import type { LoadContext, Loaded, Loader } from "../../../server/loaders/loader.ts";
import { currentScope, type LoaderScope, scoped } from "../../../server/loaders/loader-scope.ts";
import { LoadsUnderWay } from "../../../server/loaders/loads-under-way.ts";
import { runLoad, runLoadMany } from "../../../server/loaders/run-load.ts";
import { termsOf, turn } from "../fakes.ts";

const scope: LoaderScope = { escaped: () => {} };
const KEY = Buffer.from("a");
const terms = termsOf({ timeoutMs: 60_000, maxValueBytes: 100 });

async function scopesIn(loader: (note: () => void) => Loader): Promise<(LoaderScope | undefined)[]> {
  const noted: (LoaderScope | undefined)[] = [];
  const subject = scoped(
    loader(() => noted.push(currentScope())),
    scope,
  );
  await runLoad(subject, KEY, terms);
  await runLoadMany(subject, [KEY], terms);
  await subject.close?.();
  return noted;
}

test("every function of a loader runs in its scope, and what it begins stays there", async (t) => {
  const noted = await scopesIn((note) => ({
    load: async () => {
      note();
      await turn();
      note();
      return null;
    },
    loadMany: () => {
      note();
      return [null];
    },
    close: () => note(),
  }));
  t.deepEqual(noted, [scope, scope, scope, scope]);
});

/** A query builder of the kind whose results are promises. */
class LazyQuery extends Promise<Loaded> {
  onThen = (): void => {};

  // biome-ignore lint/suspicious/noThenProperty: a query builder has one.
  override then: Promise<Loaded>["then"] = (done, failed) => {
    this.onThen();
    return super.then(done, failed);
  };
}

test("a query that begins with its `then` begins in the scope", async (t) => {
  const noted = await scopesIn((note) => ({
    load: () => {
      const query = new LazyQuery((resolve) => resolve(null));
      query.onThen = note;
      return query;
    },
  }));
  t.deepEqual(noted, [scope, scope]);
  const foreign = await scopesIn((note) => ({
    load: () => {
      const then = (resolve: (loaded: Loaded) => void) => {
        note();
        resolve(null);
      };
      return { then } as Promise<Loaded>;
    },
  }));
  t.deepEqual(foreign, [scope, scope]);
});

test("a listener of the signal is called in the scope", async (t) => {
  const noted: unknown[] = [];
  const load = (_key: unknown, { signal }: LoadContext) => {
    signal.addEventListener("abort", () => noted.push(currentScope()));
    return new Promise<never>(() => {});
  };
  const underWay = new LoadsUnderWay();
  const outcome = runLoad(scoped({ load }, scope), KEY, { ...terms, underWay });
  underWay.stop();
  await outcome;
  t.deepEqual(noted, [scope]);
});

test("who waits for a load goes on outside of the scope", async (t) => {
  const load = async () => {
    await turn();
    return null;
  };
  await runLoad(scoped({ load }, scope), KEY, terms);
  t.is(currentScope(), undefined);
  const after = await Promise.resolve(runLoad(scoped({ load }, scope), KEY, terms)).then(() =>
    currentScope(),
  );
  t.is(after, undefined);
});

test("the scoped loader has loadMany and close only where the loader has them", (t) => {
  t.deepEqual(Object.keys(scoped({ load: () => null }, scope)), ["load"]);
});
