/**
 * A loader: the module that `group scores loader module examples/scores.mjs` names.
 *
 * The module plays a slow database with a table of five scores. Each load prints a line, so you see which GETs came from
 * the cache. You also see that a hundred clients that ask at once cause one load.
 */

import { setTimeout as sleep } from "node:timers/promises";

const QUERY_MS = 50;

const scores = new Map([
  ["Tom", "630"],
  ["Jack", "589"],
  ["Sam", "567"],
  ["Lily", "589"],
  ["Pity", "567"],
]);

/**
 * carrotCache calls this for a key that is not in the cache: for `GET scores:Tom` with "Tom". Returns the value as text or
 * bytes, or null when the database does not have the key; throws when the database fails. `context.signal` fires when
 * nobody waits for the value any longer.
 */
export async function load(key, context) {
  console.log(`[SlowDB] search key ${key}`);
  await sleep(QUERY_MS, undefined, { signal: context?.signal });
  return scores.get(key) ?? null;
}
