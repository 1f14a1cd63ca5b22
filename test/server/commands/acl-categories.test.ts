/**
 * Goal: a command's categories follow from its flags and its group, or from its facts where Redis breaks the rule.
 * Method: examples; acl-command.test.ts compares all commands with redis-server.
 */
import test from "ava";
import { ACL_CATEGORIES, categoriesOf } from "../../../server/commands/acl-categories.ts";
import { commandNamed } from "../../../server/commands/find-command.ts";
import { COMMANDS } from "../../../server/commands/table.ts";

const of = (name: string) => categoriesOf(commandNamed(COMMANDS, name)!);

test("categories follow from flags and group, in Redis' order", (t) => {
  t.deepEqual(of("get"), ["read", "string", "fast"]);
  t.deepEqual(of("config|set"), ["admin", "slow", "dangerous"]);
  t.deepEqual(of("carrot.peers"), ["read", "slow"]);
});

test("where Redis breaks the rule, a command has the categories of its facts", (t) => {
  t.deepEqual(of("asking"), ["fast", "connection"]);
  t.deepEqual(of("wait"), ["slow", "connection"]);
  t.deepEqual(of("command|docs"), ["slow", "connection"]);
  t.deepEqual(of("client"), ["slow"]);
  t.deepEqual(of("client|id"), ["slow", "connection"]);
  t.deepEqual(of("client|list"), ["admin", "slow", "dangerous", "connection"]);
});

test("the categories are those of Redis 7", (t) => {
  t.is(ACL_CATEGORIES.length, 21);
  t.is(new Set(ACL_CATEGORIES).size, 21);
});
