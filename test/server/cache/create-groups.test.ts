/**
 * Goal: each group of a conf has its loader, the starts of loaders are gathered, and keys of other databases than 0 load
 * nothing in `default`.
 * Method: the groups of a conf, asked for loads directly.
 */
import test from "ava";
import { createGroups } from "../../../server/cache/create-groups.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import type { LoaderNode } from "../../../server/loaders/loader.ts";
import { realWorld } from "../../../server/machine/world.ts";
import { storedKey } from "../../../server/store/database-key.ts";
import { key, loadedBy } from "../fakes.ts";

function setUp() {
  const conf = readConf({
    text: "maxmemory 1mb\ngroup default ttl 0\ngroup scores ttl 0\ngroup third database 3",
  });
  const started: string[] = [];
  const loaderOf = (name: string) => ({
    load: () => `of ${name}`,
    ...(name === "scores" && { start: () => void started.push(name) }),
  });
  const quiet = () => {};
  const log = {
    info: quiet,
    warn: quiet,
    error: quiet,
    debug: quiet,
    trace: quiet,
    isLevelEnabled: () => false,
  };
  const starts: (() => Promise<void> | void)[] = [];
  const groups = createGroups(
    {
      conf,
      loaders: new Map(conf.groups.map(({ name }) => [name, loaderOf(name)])),
      log,
      world: realWorld(() => performance.now()),
      hash: () => 0,
    },
    {} as LoaderNode,
    starts,
  );
  const load = async (database: number, name: string) => {
    const stored = storedKey(database, key(name));
    const outcome = await loadedBy(groups.of(stored, 0, stored.length)!.queue, stored);
    return outcome.kind === "value" ? String(outcome.value) : outcome.kind;
  };
  return { groups, starts, started, load };
}

test("every group has the loader of its name, and `default` loads for database 0 only", async (t) => {
  const { load, starts } = setUp();
  for (const start of starts) await start();
  t.is(await load(0, "scores:Tom"), "of scores");
  t.is(await load(0, "Tom"), "of default");
  t.is(await load(3, "third:Tom"), "of third");
  for (const name of ["Tom", "scores:Tom"]) t.is(await load(3, name), "absent");
});

test("keys of other databases are in the stores of `default`", (t) => {
  const { groups } = setUp();
  const stored = storedKey(1, key("Tom"));
  t.is(groups.of(stored, 0, stored.length)!.store, groups.named("default")!.store);
  t.deepEqual(
    groups.all.map(({ name }) => name),
    ["default", "scores", "third"],
  );
});

test("the starts of loaders are gathered, and nothing starts by itself", async (t) => {
  const { starts, started } = setUp();
  t.is(starts.length, 1);
  t.deepEqual(started, []);
  await starts[0]!();
  t.deepEqual(started, ["scores"]);
});
