/** Goal: only what can be dialed is an id. Method: a table of both kinds. */

import test from "ava";
import { parseAddress } from "../../cluster/address.ts";

const good: [string, string, number][] = [
  ["127.0.0.1:16390", "127.0.0.1", 16390],
  ["cache-0.cache.default.svc:1", "cache-0.cache.default.svc", 1],
  ["a:65535", "a", 65535],
  ["[::1]:7000", "::1", 7000],
  ["[fe80::1.2.3.4]:7000", "fe80::1.2.3.4", 7000],
];

for (const [id, host, port] of good) {
  test(`${id} is an id`, (t) => t.deepEqual(parseAddress(id), { host, port }));
}

const bad = [
  "",
  "a",
  ":1",
  "a:",
  "a:0",
  "a:01",
  "a:65536",
  "a:1 ",
  "a\r\n:1",
  "a b:1",
  "::1:1",
  "[]:1",
  "[a]b:1",
];

for (const id of [...bad, "-a:1", "a:1:2", "a/../b:1", `${"a".repeat(258)}:1`]) {
  test(`${JSON.stringify(id.slice(0, 20))} is none`, (t) => t.is(parseAddress(id), undefined));
}
