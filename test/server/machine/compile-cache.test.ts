/**
 * Goal: a start keeps what is compiled in the user's own directory, and a start that cannot do so is like any other.
 * Method: real nodes of the built command, each with a directory for caches of its own; they write when they end.
 */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { compileCacheDirectory } from "../../../server/machine/compile-cache.ts";
import { CLI, start, temporaryDirectory } from "../../e2e/processes.ts";
import { compileCache, NODE_NEW, testWith } from "../../needs.ts";

/** Starts a node, ends it when it is ready, and returns all that it has said. */
async function startAndEnd(t: ExecutionContext, caches: string): Promise<string> {
  const environment = [
    "-u",
    "NODE_DISABLE_COMPILE_CACHE",
    "-u",
    "NODE_COMPILE_CACHE",
    `XDG_CACHE_HOME=${caches}`,
  ];
  const node = start(t, "env", [...environment, NODE_NEW, CLI, "--port", "0", "--maxmemory", "8mb"]);
  await node.printed(/ready on /);
  node.kill("SIGTERM");
  t.is(await node.ended, 0);
  // Two streams: their lines come in any order.
  return node.output().replaceAll(/:\d+/g, "").split("\n").sort().join("\n");
}

test("the directory is the user's own, never one that others write to", (t) => {
  t.is(compileCacheDirectory({ XDG_CACHE_HOME: "/caches" }), "/caches/carrotcache");
  const usual = path.join(homedir(), ".cache/carrotcache");
  for (const none of ["", "caches", "./caches"]) t.is(compileCacheDirectory({ XDG_CACHE_HOME: none }), usual);
  t.is(compileCacheDirectory({}), usual);
});

testWith(compileCache())("a start keeps what is compiled for the next one", async (t) => {
  const caches = temporaryDirectory(t);
  const first = await startAndEnd(t, caches);
  t.true(readdirSync(path.join(caches, "carrotcache"), { recursive: true }).length > 10);
  t.is(await startAndEnd(t, caches), first);
});

testWith(compileCache())("a start that cannot keep it is like any other", async (t) => {
  const blocked = path.join(temporaryDirectory(t), "file");
  writeFileSync(blocked, "");
  t.is(await startAndEnd(t, blocked), await startAndEnd(t, temporaryDirectory(t)));
  t.false(existsSync(path.join(blocked, "carrotcache")));
});
