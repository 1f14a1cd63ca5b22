/**
 * Goal: every command is a command of Redis or begins with `carrot.`. No two commands share a name, and no fact is
 * missing.
 * Method: the facts of all commands; command-command.test.ts compares them with redis-server's.
 */
import test from "ava";
import { ACL_CATEGORIES } from "../../../server/commands/acl-categories.ts";
import { FACTS } from "../../../server/commands/facts.ts";
import { FACTS_OF_CLIENTS } from "../../../server/commands/facts-of-clients.ts";
import { FACTS_OF_KEYS } from "../../../server/commands/facts-of-keys.ts";
import { FACTS_OF_NODE } from "../../../server/commands/facts-of-node.ts";
import { FACTS_OF_OPERATIONS } from "../../../server/commands/facts-of-operations.ts";
import { FACTS_OF_SCRIPTS } from "../../../server/commands/facts-of-scripts.ts";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { REDIS_NAMES } from "./redis-names.ts";

const compared = testWith(program("redis-server"));

test("a command's name is one of Redis', or begins with carrot.", (t) => {
  t.deepEqual(
    Object.keys(FACTS).filter((name) => !REDIS_NAMES.has(name) && !name.startsWith("carrot.")),
    [],
  );
});

compared("the list of Redis' names has every command of redis-server", async (t) => {
  const redis = await RedisServer.start();
  t.teardown(() => redis.stop());
  const names = (await redis.answer(Buffer.from(command("COMMAND", "LIST")))).toString("latin1");
  const theirs = Array.from(names.matchAll(/\r\n([a-z][^\r]*)/g), (match) => match[1]!);
  t.true(theirs.length > 200);
  t.deepEqual(
    theirs.filter((name) => !REDIS_NAMES.has(name) && !name.endsWith("|help")),
    [],
  );
});

test("no name is in two of the lists", (t) => {
  const all = [FACTS_OF_KEYS, FACTS_OF_OPERATIONS, FACTS_OF_CLIENTS, FACTS_OF_NODE, FACTS_OF_SCRIPTS];
  const lists = all.map((facts) => Object.keys(facts).length);
  t.is(
    lists.reduce((sum, count) => sum + count),
    Object.keys(FACTS).length,
  );
});

test("the container of every subcommand has facts", (t) => {
  const containers = Object.keys(FACTS).flatMap((name) => (name.includes("|") ? [name.split("|")[0]!] : []));
  t.deepEqual(
    containers.filter((name) => !Object.hasOwn(FACTS, name)),
    [],
  );
});

test("every command has a summary, a version and an arity", (t) => {
  for (const [name, { summary, since, arity }] of Object.entries(FACTS)) {
    t.regex(summary, /^[A-Z].*\.$/, name);
    t.regex(since, /^\d+\.\d+\.\d+$/, name);
    t.not(arity, 0, name);
  }
});

test("categories are Redis' own, and only a command with places of keys has flags of keys", (t) => {
  for (const [name, { categories = [], keys, keyCountAt, keyFlags }] of Object.entries(FACTS)) {
    t.true(
      categories.every((category) => ACL_CATEGORIES.includes(category)),
      name,
    );
    t.true(keys !== undefined || keyCountAt !== undefined || keyFlags === undefined, name);
  }
});

test("only commands on shard channels have places of keys and no flags of keys", (t) => {
  const odd = Object.entries(FACTS).filter(([, { keys, keyFlags }]) => keys && !keyFlags);
  t.deepEqual(
    odd.map(([name]) => name),
    ["ssubscribe", "sunsubscribe", "spublish"],
  );
});
