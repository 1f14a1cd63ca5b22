/**
 * Goal: the example over SQLite answers as the README shows, with one query for all keys of a moment.
 * Method: its functions, called as a node calls them. On a Node without SQLite the test is skipped and says so;
 * test/e2e/readme.test.ts runs the example on a newer one.
 */
import { isBuiltin } from "node:module";
import { pathToFileURL } from "node:url";
import test from "ava";
import type { Loader } from "../../server/loaders/loader.ts";

const contextOf = (keyBytes: readonly Uint8Array[]) => ({
  group: "product",
  keyBytes,
  signal: new AbortController().signal,
});

test("known products have bodies, unknown ones and odd bytes are null, in the order of the keys", async (t) => {
  if (!isBuiltin("node:sqlite")) {
    t.log(`SKIPPED: SQLite needs Node 22.13 or later, this is ${process.version}`);
    t.pass();
    return;
  }
  const products: Loader = await import(pathToFileURL("examples/products.mjs").href);
  const keys = ["43", "1", Buffer.from([0xff]), "42", "43"];
  const bodies = await products.loadMany!(keys, contextOf(keys.map((key) => Buffer.from(key))));
  t.deepEqual(bodies, ['{"name":"leek"}', null, null, '{"name":"carrot"}', '{"name":"leek"}']);
  const keyBytes = Buffer.from("42");
  t.is(await products.load("42", { ...contextOf([]), keyBytes }), '{"name":"carrot"}');
});
