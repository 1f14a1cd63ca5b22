/**
 * Goal: the example over SQLite answers as the README shows, with one query for all keys of a moment.
 * Method: its functions, called as a node calls them, on a Node that has SQLite.
 */
import { isBuiltin } from "node:module";
import { pathToFileURL } from "node:url";
import type { Loader } from "../../server/loaders/loader.ts";
import { type Need, testWith } from "../needs.ts";

const SQLITE: Need = isBuiltin("node:sqlite")
  ? undefined
  : `SQLite needs Node 22.13 or later, this is ${process.version}`;

const contextOf = (keyBytes: readonly Uint8Array[]) => ({
  group: "product",
  keyBytes,
  signal: new AbortController().signal,
});

testWith(SQLITE)(
  "known products have bodies, unknown ones and odd bytes are null, in the order of the keys",
  async (t) => {
    const products: Loader = await import(pathToFileURL("examples/products.mjs").href);
    const keys = ["43", "1", Buffer.from([0xff]), "42", "43"];
    const bodies = await products.loadMany!(keys, contextOf(keys.map((key) => Buffer.from(key))));
    t.deepEqual(bodies, ['{"name":"leek"}', null, null, '{"name":"carrot"}', '{"name":"leek"}']);
    const keyBytes = Buffer.from("42");
    t.is(await products.load("42", { ...contextOf([]), keyBytes }), '{"name":"carrot"}');
  },
);
