/**
 * Goal: a loader starts before its first load, or the node does not start. Method: loaders whose start the test ends.
 */
import test from "ava";
import type { LoadContext, Loader, StartContext } from "../../../server/loaders/loader.ts";
import { startable } from "../../../server/loaders/started-loader.ts";
import { Held, NO_TOOLS, turn, worldAt } from "../fakes.ts";

const conf = {
  name: "user",
  loader: { kind: "module", args: ["users.mjs"], where: "carrot.conf:3", directory: "/" },
  loaderTimeoutMs: 60_000,
};
const create = (loader: Loader, loaderTimeoutMs = 60_000): Loader =>
  startable(loader, { conf: { ...conf, loaderTimeoutMs }, tools: NO_TOOLS, world: worldAt() });
const startOf = async (loader: Loader): Promise<void> => loader.start!({ group: "user", ...NO_TOOLS });
const context = {} as LoadContext;

test("start gets the group's name, the log and the node; no load runs before it has ended", async (t) => {
  const held = new Held<StartContext | undefined, void>(undefined);
  const calls: string[] = [];
  let given: StartContext | undefined;
  const loader = create({
    start: (startContext) => {
      given = startContext;
      return held.promise;
    },
    load: (key) => {
      calls.push(`load ${key}`);
      return "value";
    },
    loadMany: (keys) => {
      calls.push(`loadMany ${keys}`);
      return ["value"];
    },
    close: () => void calls.push("close"),
  });
  const early = loader.load("a", context);
  const earlyMany = loader.loadMany!(["b"], context as never);
  const started = startOf(loader);
  await turn();
  t.deepEqual(calls, []);
  t.deepEqual(given, { group: "user", ...NO_TOOLS });
  held.resolve();
  await started;
  t.is(await early, "value");
  t.deepEqual(await earlyMany, ["value"]);
  t.is(loader.load("c", context), "value");
  await loader.close!();
  t.deepEqual(calls, ["load a", "loadMany b", "load c", "close"]);
});

for (const [name, start, message] of [
  [
    "throws",
    () => Promise.reject(new Error("no database")),
    /^carrot\.conf:3: loader: start failed: no database \(at /,
  ],
  [
    "never ends",
    () => new Promise<void>(() => {}),
    /^carrot\.conf:3: loader: start: loader timeout after 5 ms$/,
  ],
] as const) {
  test(`a start that ${name} is an error with the line of the conf`, async (t) => {
    const loader = create({ start, load: () => null }, name === "throws" ? 60_000 : 5);
    await t.throwsAsync(startOf(loader), { message });
  });
}

test("a loader without a start stays as it is", (t) => {
  const loader = { load: () => null };
  t.is(create(loader), loader);
});
