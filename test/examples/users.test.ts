/**
 * Goal: the loader in README's "Your own loader" runs as it is shown. Method: a node over a copy of it, whose file changes.
 */
import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "ava";
import { startNode } from "../../server/library.ts";
import { ROOT, temporaryDirectory } from "../e2e/processes.ts";
import { until } from "../until.ts";

test("the loader of users answers, and a change of its file reaches the cache", async (t) => {
  const directory = temporaryDirectory(t);
  for (const name of ["users.mjs", "users.json"])
    copyFileSync(path.join(ROOT, "examples", name), path.join(directory, name));
  const loader = ["module", path.join(directory, "users.mjs")];
  const node = await startNode({ directives: { port: 0 }, groups: { user: { loader, ttl: "10m" } } });
  t.teardown(() => node.close());
  t.is(String(await node.get("user:42")), "Ada");
  t.is(await node.get("user:44"), null);
  writeFileSync(path.join(directory, "users.json"), JSON.stringify({ 42: "Ada Lovelace", 43: "Grace" }));
  await until("the new name is loaded", async () => String(await node.get("user:42")) === "Ada Lovelace");
  t.is(String(await node.get("user:43")), "Grace");
});
