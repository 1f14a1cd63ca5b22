/**
 * A loader that tells the cache when its origin has changed. The origin is the file users.json beside this module; with a
 * database it would be its notifications, such as LISTEN of PostgreSQL.
 */

import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";

const file = new URL("users.json", import.meta.url);
let users = new Map();

async function read() {
  users = new Map(Object.entries(JSON.parse(await readFile(file, "utf8"))));
}

/** Is called once, before the first load. */
export async function start({ node, log }) {
  await read();
  watchFile(file, { interval: 500 }, async () => {
    const before = users;
    await read();
    const ids = [...new Set([...before.keys(), ...users.keys()])];
    const changed = ids.filter((id) => before.get(id) !== users.get(id));
    await node.delete(...changed.map((id) => `user:${id}`));
    log.info("users have changed", { changed });
  });
}

/** Text or bytes; null means "not found", a throw means "failed". */
export function load(key) {
  return users.get(key) ?? null;
}

/** Is called when the node stops. */
export function close() {
  unwatchFile(file);
}
