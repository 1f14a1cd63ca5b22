/**
 * Goal: the version is that of package.json, from wherever the program runs.
 * Method: the test reads package.json by its path.
 */

import { readFileSync } from "node:fs";
import test from "ava";
import { version } from "../../../server/machine/version.ts";

test("the version is package.json's", (t) => {
  t.is(version, JSON.parse(readFileSync("package.json", "utf8")).version);
});
