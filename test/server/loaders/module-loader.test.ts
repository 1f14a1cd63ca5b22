/**
 * Modules of users as loaders: every way to export one, every way to get it wrong. Method: modules written to a
 * directory of their own; the shared suite runs over one that has loadMany.
 */
import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import type { Loader } from "../../../server/loaders/loader.ts";
import * as moduleLoader from "../../../server/loaders/module-loader.ts";
import { runLoad } from "../../../server/loaders/run-load.ts";
import { termsOf, worldAt } from "../fakes.ts";
import { deferred } from "./deferred.ts";
import { asValue, loaderSuite, originAnswer, type Subject } from "./loader-suite.ts";

const importLoader = (path: string, timeoutMs = 60_000): Promise<Loader> =>
  moduleLoader.importLoader(path, { timeoutMs, world: worldAt() });

const directory = mkdtempSync(join(tmpdir(), "carrot-module-"));
test.after.always(() => rm(directory, { recursive: true }));

async function write(name: string, source: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, source);
  return path;
}

const SUITE_MODULE = `
const { originAnswer, asked, givenUp } = globalThis[Symbol.for("carrot test")];
async function one(bytes, signal) {
  const answer = originAnswer(Buffer.from(bytes));
  if (answer === "silence") {
    signal.addEventListener("abort", () => givenUp());
    asked();
    return new Promise(() => {});
  }
  if (answer === "failure") throw new Error("database is down");
  return answer === "not found" ? null : answer;
}
export const load = (key, { keyBytes, signal }) => one(keyBytes, signal);
export const loadMany = (keys, { keyBytes, signal }) => Promise.all(keyBytes.map((bytes) => one(bytes, signal)));
`;

loaderSuite("module", async (): Promise<Subject> => {
  const asked = deferred();
  const givenUp = deferred();
  const shared = { originAnswer, asked: asked.resolve, givenUp: givenUp.resolve };
  Object.assign(globalThis, { [Symbol.for("carrot test")]: shared });
  return {
    loader: await importLoader(await write("suite.mjs", SUITE_MODULE)),
    slowAsked: asked.promise,
    slowGivenUp: givenUp.promise,
    failure: "loader failed: database is down",
    refused: [],
    stop: async () => {},
  };
});

const terms = termsOf({ timeoutMs: 90_000, maxValueBytes: 100 });
const loadTom = (loader: Loader) => runLoad(loader, Buffer.from("Tom"), terms);

for (const [name, source] of Object.entries({
  "a named load": "export const load = (key) => key + ' 630';",
  "a default function": "export default (key) => key + ' 630';",
  "a default loader": "export default { load: (key) => key + ' 630' };",
  "a default instance":
    "class Scores { suffix = 630; load(key) { return key + ' ' + this.suffix; } }\nexport default new Scores();",
  "a load beside another default": "export const load = (key) => key + ' 630'; export default {};",
})) {
  test(`takes ${name}`, async (t) => {
    const path = await write(`${name.replaceAll(" ", "-")} #1?.mjs`, source);
    t.deepEqual(await loadTom(await importLoader(path)), asValue("Tom 630"));
  });
}

test("takes a CommonJS module", async (t) => {
  const path = await write(
    "common.cjs",
    "const many = () => []; module.exports = { load: (key) => key, loadMany: many };",
  );
  const loader = await importLoader(path);
  t.is(typeof loader.loadMany, "function");
  t.deepEqual(await loadTom(loader), asValue("Tom"));
});

test("takes start, loadMany and close when they are exported, and only then", async (t) => {
  const load = "export const load = () => null;";
  t.deepEqual(Object.keys(await importLoader(await write("one.mjs", load))), ["load"]);
  const source = `${load} export const start = () => {}, loadMany = () => [], close = () => {};`;
  t.deepEqual(Object.keys(await importLoader(await write("all.mjs", source))), [
    "load",
    "start",
    "loadMany",
    "close",
  ]);
});

for (const [source, message] of [
  ["export const lode = () => null;", "exports no load function"],
  ["", "exports no load function"],
  ["export default null;", "exports no load function"],
  ["export const load = 7;", "exports no load function"],
  ["export default { loadMany() {} };", "exports no load function"],
  ["export const load = () => null; export const loadMany = 7;", "loadMany is not a function"],
  ["export default { load() {}, close: true };", "close is not a function"],
  ["export const load = () => null; export const start = {};", "start is not a function"],
  ["export const load = ;", "syntax error: Unexpected token ';'"],
  ['import "./nowhere.mjs"; export const load = () => null;', "Cannot find module"],
  ['throw new Error("no\\r\\ndatabase");', "no database"],
  [
    'throw new Error("no database", { cause: new Error("ECONNREFUSED") });',
    "no database: ECONNREFUSED (at file:",
  ],
  ["throw undefined;", "threw undefined"],
  ["throw { toString() { throw 1; } };", "threw an object"],
  ["throw Object.defineProperty(new Error('odd'), 'stack', { get() { throw 1; } });", "odd"],
] as const) {
  test(`refuses a module: ${source || "(empty)"}`, async (t) => {
    const path = await write(`wrong-${createHash("sha256").update(source).digest("hex")}.mjs`, source);
    const error = await t.throwsAsync(importLoader(path));
    t.true(error.message.includes(path), error.message);
    t.true(error.message.includes(message), error.message);
    t.notRegex(error.message, /[\r\n]/);
  });
}

test("refuses what is not a readable file", async (t) => {
  const missing = join(directory, "missing.mjs");
  await t.throwsAsync(importLoader(missing), { message: `${missing} not found` });
  await t.throwsAsync(importLoader(directory), { message: `${directory} is not a file` });
  const below = join(await write("file.mjs", ""), "below.mjs");
  await t.throwsAsync(importLoader(below), { message: `cannot read ${below}: ENOTDIR` });
});

test("refuses a file that everybody may write to", async (t) => {
  const path = await write("open.mjs", "export const load = () => null;");
  await chmod(path, 0o666);
  await t.throwsAsync(importLoader(path), { message: `${path} is writable by everybody` });
});

test("a module that never finishes is refused after loader-timeout, with its file and the cause", async (t) => {
  const path = await write("for-ever.mjs", "await new Promise(() => {}); export const load = () => null;");
  const message = `cannot import ${path}: it has not finished after 5 ms (loader-timeout); does an await in it never end?`;
  await t.throwsAsync(importLoader(path, 5), { message });
});
