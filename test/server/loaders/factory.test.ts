/** The conf's loader directive becomes a loader, or an error with its place. Method: a table of directives. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { LoaderConfError } from "../../../server/loaders/errors.ts";
import { createLoader } from "../../../server/loaders/factory.ts";
import type { Loader } from "../../../server/loaders/loader.ts";
import { worldAt } from "../fakes.ts";

const directory = mkdtempSync(join(tmpdir(), "carrot-factory-"));
writeFileSync(join(directory, "scores.mjs"), "export const load = (key) => key + ' 630';");
test.after.always(() => rmSync(directory, { recursive: true }));

function create(kind: string, ...args: string[]): Promise<Loader> {
  const limits = { maxValueBytes: 100, loaderTimeoutMs: 1000, loaderConcurrency: 4 };
  return createLoader({ kind, args, where: "carrot.conf:12", directory }, limits, worldAt());
}

test("makes a loader of each kind", async (t) => {
  for (const loader of [
    await create("module", "./scores.mjs"),
    await create("module", join(directory, "scores.mjs")),
    await create("http", "http://127.0.0.1:1/items/{key}"),
    await create("none"),
  ]) {
    t.is(typeof loader.load, "function");
    await loader.close?.();
  }
});

test("a module's path starts at the conf file", async (t) => {
  const { load } = await create("module", "scores.mjs");
  t.is(await load("Tom", {} as never), "Tom 630");
});

for (const [directive, message] of [
  [["postgres", "x"], 'expected module, http or none, got "postgres"'],
  [["toString"], 'expected module, http or none, got "toString"'],
  [[""], 'expected module, http or none, got ""'],
  [["module"], 'expected "module PATH", got 0 arguments'],
  [["http", "a", "b"], 'expected "http URL", got 2 arguments'],
  [["none", "x"], 'expected "none", got 1 arguments'],
  [["module", "gone.mjs"], `${join(directory, "gone.mjs")} not found`],
  [
    ["http", "http://h/"],
    'expected a URL such as http://host/items/{key}, got "http://h/": expected {key} exactly once',
  ],
] as const) {
  test(`refuses loader ${directive.join(" ")} and names the line`, async (t) => {
    await t.throwsAsync(create(...(directive as unknown as [string])), {
      instanceOf: LoaderConfError,
      message: `carrot.conf:12: loader: ${message}`,
    });
  });
}
