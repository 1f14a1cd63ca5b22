/**
 * A loader over an SQL database: node dist/server/cli.js examples/products.conf (Node 22.13 or later, which has SQLite)
 *
 * The table is in memory, so that the example needs nothing else. SQLite answers on the thread that asks; that is right
 * for look-ups by key, and too slow for long queries.
 */

import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(":memory:");
database.exec("create table product (id text primary key, body text not null)");
database.exec(`insert into product values ('42', '{"name":"carrot"}'), ('43', '{"name":"leek"}')`);
const select = database.prepare("select id, body from product where id in (select value from json_each(?))");

/** All keys that are missed at one moment come together, and are one query. */
export function loadMany(keys) {
  console.log(`[SQL] select ${keys.join(", ")}`);
  const bodies = new Map(select.all(JSON.stringify(keys)).map(({ id, body }) => [id, body]));
  return keys.map((key) => bodies.get(key) ?? null);
}

export const load = (key) => loadMany([key])[0];
