/**
 * Goal: every group gets its loader, or none is left open. Method: confs with modules in a folder of their own.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import type { NodeConf } from "../../../server/conf/conf.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import {
  checkLoaders,
  closeLoaders,
  createLoaders,
  type LoaderHost,
} from "../../../server/loaders/group-loaders.ts";
import { failuresOf } from "../../../server/loaders/load-failures.ts";
import type { Loader } from "../../../server/loaders/loader.ts";
import { NONE_LOADER } from "../../../server/loaders/none-loader.ts";
import { NO_TOOLS, turn, worldAt } from "../fakes.ts";

function confIn(t: ExecutionContext, text: string) {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-loaders-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  writeFileSync(path.join(directory, "loader.mjs"), 'export const load = (key) => "module " + key;');
  return readConf({ text, cwd: directory });
}

const hostOf = (conf: NodeConf): LoaderHost => ({
  failures: failuresOf(conf, { warn: () => {} }, () => 0),
  world: worldAt(),
});

test("loaders are made as the conf says, except those that are given", async (t) => {
  const conf = confIn(t, "group a loader module loader.mjs\ngroup b loader module loader.mjs");
  const given = { load: () => "given" };
  const none = readConf({ text: "group c loader none" });
  const loaders = await createLoaders(conf, hostOf(conf), new Map([["b", given]]));
  t.deepEqual([...loaders.keys()], ["a", "b"]);
  t.is(loaders.get("b"), given);
  t.is((await createLoaders(none, hostOf(none))).get("c"), NONE_LOADER);
  const context = {
    ...NO_TOOLS,
    group: "a",
    keyBytes: Buffer.from("x"),
    signal: new AbortController().signal,
  };
  t.is(await loaders.get("a")!.load("x", context), "module x");
});

test("a loader that cannot be made is named with its line, and those made before are closed", async (t) => {
  const conf = confIn(t, "group a loader none\ngroup b loader module nowhere.mjs");
  let closed = 0;
  const given = new Map([["a", { load: () => null, close: () => void closed++ }]]);
  await t.throwsAsync(createLoaders(conf, hostOf(conf), given), {
    message: /^carrot\.conf:2: loader: .*nowhere\.mjs/,
  });
  t.is(closed, 1);
  await t.throwsAsync(checkLoaders(conf), { message: /^carrot\.conf:2: loader: / });
});

test("closing waits for every loader, those without a close too", async (t) => {
  const closed: string[] = [];
  const loader = (name: string): Loader => ({ load: () => null, close: async () => void closed.push(name) });
  await closeLoaders(
    new Map<string, Loader>([
      ["a", loader("a")],
      ["b", { load: () => null }],
      ["c", loader("c")],
    ]),
  );
  t.deepEqual(closed, ["a", "c"]);
});

test("a loader whose close fails keeps no other one open", async (t) => {
  let closed = 0;
  const throwing: Loader = {
    load: () => null,
    close: () => {
      throw new Error("no");
    },
  };
  const loaders = new Map<string, Loader>([
    ["a", throwing],
    ["b", { load: () => null, close: async () => void closed++ }],
  ]);
  await t.throwsAsync(closeLoaders(loaders), { message: "no" });
  t.is(closed, 1);
});

test("a loader whose close fails at once cuts nobody short: a slow one is closed before the failure is told", async (t) => {
  const order: string[] = [];
  const slow = async () => {
    await turn();
    order.push("slow is closed");
  };
  const loaders = new Map<string, Loader>([
    ["a", { load: () => null, close: () => Promise.reject(new Error("no")) }],
    ["b", { load: () => null, close: slow }],
  ]);
  await closeLoaders(loaders).catch((error: Error) => order.push(error.message));
  t.deepEqual(order, ["slow is closed", "no"]);
});
