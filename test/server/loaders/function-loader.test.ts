/**
 * Goal: functions beside directives make a loader that passes the tests of every loader, and mistakes show at once.
 * Method: the common suite of loaders, objects of every shape, and the messages for the wrong ones.
 */
import test from "ava";
import { functionLoaderOf, withoutFunctions } from "../../../server/loaders/function-loader.ts";
import type { Loader } from "../../../server/loaders/loader.ts";
import { NO_TOOLS } from "../fakes.ts";
import { deferred } from "./deferred.ts";
import { loaderSuite, originAnswer, type Subject } from "./loader-suite.ts";

loaderSuite("function", async (): Promise<Subject> => {
  const asked = deferred();
  const givenUp = deferred();
  const given: Partial<Loader> = {
    load: (_key, { keyBytes, signal }) => {
      const answer = originAnswer(Buffer.from(keyBytes));
      if (answer === "failure") throw new Error("database is down");
      if (answer !== "silence") return answer === "not found" ? null : Buffer.from(answer);
      signal.addEventListener("abort", () => givenUp.resolve());
      asked.resolve();
      return new Promise(() => {});
    },
  };
  return {
    loader: functionLoaderOf("scores", given)!,
    slowAsked: asked.promise,
    slowGivenUp: givenUp.promise,
    failure: "loader failed: database is down",
    refused: [],
    stop: async () => {},
  };
});

const context = { ...NO_TOOLS, group: "a", keyBytes: Buffer.from("k"), signal: new AbortController().signal };
const manyContext = { ...context, keyBytes: [context.keyBytes] };

test("functions are the loader, the rest are directives", async (t) => {
  let started = 0;
  let closed = 0;
  const given = {
    ttl: "1s",
    load: (key: unknown) => `one ${key}`,
    loadMany: (keys: readonly unknown[]) => keys.map((key) => `many ${key}`),
    start: () => void started++,
    close: () => void closed++,
  };
  const loader = functionLoaderOf("a", given)!;
  t.is(await loader.load("k", context), "one k");
  t.deepEqual(await loader.loadMany?.(["k"], manyContext), ["many k"]);
  await loader.start?.({ ...NO_TOOLS, group: "a" });
  t.is(started, 1);
  await loader.close?.();
  t.is(closed, 1);
  t.deepEqual(withoutFunctions(given), { ttl: "1s" });
});

test("the loader has no function that was not given", (t) => {
  t.deepEqual(Object.keys(functionLoaderOf("a", { load: () => null })!), ["load"]);
  t.is(functionLoaderOf("a", { ttl: "1s" } as Partial<Loader>), undefined);
});

test("methods of a class keep their this", async (t) => {
  class Table {
    readonly ttl = "1s";
    readonly #rows = new Map<unknown, string>([["k", "v"]]);
    load(key: unknown): string | null {
      return this.#rows.get(key) ?? null;
    }
    loadMany(keys: readonly unknown[]): (string | null)[] {
      return keys.map((key) => this.load(key));
    }
  }
  const table = new Table();
  const loader = functionLoaderOf("a", table)!;
  t.is(await loader.load("k", context), "v");
  t.deepEqual(await loader.loadMany?.(["k", "x"], manyContext), ["v", null]);
  t.deepEqual(withoutFunctions(table), { ttl: "1s" } as never);
});

const load = () => null;
const mistakes: readonly (readonly [given: object, message: string])[] = [
  [{ load: "Tom" }, "load: expected a function"],
  [{ load, close: null }, "close: expected a function"],
  [{ laod: load }, 'unknown function "laod", expected load, loadMany, start or close'],
  [{ loadMany: load }, "loadMany, start and close need a load beside them"],
  [{ start: load }, "loadMany, start and close need a load beside them"],
  [{ close: load }, "loadMany, start and close need a load beside them"],
  [{ load, loader: "none" }, "has a load function and a loader directive, expected one of them"],
];

for (const [given, message] of mistakes) {
  test(`refused: ${Object.keys(given)}: ${message}`, (t) => {
    t.throws(() => functionLoaderOf("a", given), {
      name: "ConfError",
      message: `startNode: group a: ${message}`,
    });
  });
}
