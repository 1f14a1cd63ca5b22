/**
 * Goal: flags and groups tell a command's categories, unless Redis has it otherwise. Method: by example; test/server/commands/
 * acl-command.test.ts compares all commands with redis-server.
 */
import test from "ava";
import { ACL_CATEGORIES, categoriesOf } from "../../../server/commands/acl-categories.ts";

test("categories follow from flags and group, in Redis' order", (t) => {
  t.deepEqual(categoriesOf({ flags: ["fast", "readonly"], group: "string" }, "get"), [
    "read",
    "string",
    "fast",
  ]);
  t.deepEqual(categoriesOf({ flags: ["admin"], group: "server" }, "config|set"), [
    "admin",
    "slow",
    "dangerous",
  ]);
  t.deepEqual(categoriesOf({ flags: [], group: "carrot" }, "carrot.peers"), ["slow"]);
});

test("a command that Redis puts elsewhere is there, and so are its subcommands", (t) => {
  t.deepEqual(categoriesOf({ flags: ["fast"], group: "cluster" }, "asking"), ["fast", "connection"]);
  t.deepEqual(categoriesOf({ flags: [], group: "generic" }, "wait"), ["slow", "connection"]);
  t.deepEqual(categoriesOf({ flags: [], group: "server" }, "command|docs"), ["slow", "connection"]);
  t.deepEqual(categoriesOf({ flags: [], group: "connection" }, "client"), ["slow"]);
  t.deepEqual(categoriesOf({ flags: [], group: "connection" }, "client|list"), ["slow", "connection"]);
});

test("there are the categories of Redis 7", (t) => {
  t.is(ACL_CATEGORIES.length, 21);
  t.is(new Set(ACL_CATEGORIES).size, 21);
});
