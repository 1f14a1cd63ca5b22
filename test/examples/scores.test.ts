/**
 * Goal: the example does what the README shows of it.
 * Method: its load function, called as a node calls it.
 */

import { pathToFileURL } from "node:url";
import test from "ava";
import type { Loader } from "../../server/loaders/loader.ts";
import { NO_TOOLS } from "../server/fakes.ts";

const example: Promise<Loader> = import(pathToFileURL("examples/scores.mjs").href);

function context(key: string, signal = new AbortController().signal) {
  return { ...NO_TOOLS, group: "scores", keyBytes: Buffer.from(key), signal };
}

test("five players have scores, nobody else has", async (t) => {
  const scores = await example;
  const table = {
    Tom: "630",
    Jack: "589",
    Sam: "567",
    Lily: "589",
    Pity: "567",
    tom: null,
    __proto__x: null,
  };
  for (const [key, score] of Object.entries(table)) t.is(await scores.load(key, context(key)), score);
});

test("a load nobody waits for is given up", async (t) => {
  const scores = await example;
  await t.throwsAsync(async () => scores.load("Tom", context("Tom", AbortSignal.abort())), {
    name: "AbortError",
  });
});
