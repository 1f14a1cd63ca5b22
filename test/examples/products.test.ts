/**
 * Goal: the example over SQLite answers as the README shows, with one query for all keys of a moment.
 * Method: its functions, called as a node calls them, in a process of a Node that has SQLite.
 */
import { execFileSync } from "node:child_process";
import { NODE_NEW, sqlite, testWith } from "../needs.ts";

/** Prints what `loadMany` and `load` return. */
const PROGRAM = `
  import { load, loadMany } from "./examples/products.mjs";
  const { signal } = new AbortController();
  const contextOf = (keyBytes) => ({ group: "product", keyBytes, signal });
  const keys = ["43", "1", Buffer.from([0xff]), "42", "43"];
  const many = await loadMany(keys, contextOf(keys.map((key) => Buffer.from(key))));
  console.log(JSON.stringify([many, await load("42", contextOf(Buffer.from("42")))]));`;

testWith(sqlite())(
  "known products have bodies, unknown ones and odd bytes are null, in the order of the keys",
  (t) => {
    const args = ["--no-warnings", "--input-type=module", "--eval", PROGRAM];
    // Each query of the example prints a line of its own.
    const lines = execFileSync(NODE_NEW, args, { encoding: "utf8" }).trim().split("\n");
    t.deepEqual(lines.slice(0, -1), ["[SQL] select 43, 1, \ufffd, 42, 43", "[SQL] select 42"]);
    const [many, one] = JSON.parse(lines.at(-1)!);
    t.deepEqual(many, ['{"name":"leek"}', null, null, '{"name":"carrot"}', '{"name":"leek"}']);
    t.is(one, '{"name":"carrot"}');
  },
);
