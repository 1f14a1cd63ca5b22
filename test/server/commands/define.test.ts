/**
 * Goal: a command is its facts and its function, and the table has each command once. Method: commands with the real
 * facts and the test's functions.
 */
import test from "ava";
import type { Command } from "../../../server/commands/command.ts";
import { define, tableOf } from "../../../server/commands/define.ts";
import { type CommandName, FACTS } from "../../../server/commands/facts.ts";

const names = Object.keys(FACTS) as CommandName[];

test("a command has the facts of its name and the function that it is given", (t) => {
  const run = () => 1;
  t.deepEqual(define("client|list", { run }), { name: "client|list", ...FACTS["client|list"], run });
});

test("the table is in the order of the facts, whatever the order of the commands", (t) => {
  const table = tableOf(names.toReversed().map((name) => define(name)));
  const inOrder = [...table].flatMap(([word, command]) => [
    word,
    ...Array.from(command.subcommands?.keys() ?? [], (sub) => `${word}|${sub}`),
  ]);
  t.deepEqual(inOrder, names);
});

test("a subcommand is in its container, and nowhere else", (t) => {
  const list = define("client|list", { local: () => 1 });
  const table = tableOf(names.map((name) => (name === "client|list" ? list : define(name))));
  t.is(table.get("client")!.subcommands!.get("list"), list);
  t.is(table.get("client|list"), undefined);
  t.is(table.get("list"), undefined);
  t.is(table.get("get")!.subcommands, undefined);
});

test("a command that is defined twice, or not at all, is an error", (t) => {
  const all: Command[] = names.map((name) => define(name));
  t.throws(() => tableOf([...all, define("get")]), { message: "'get' is defined twice" });
  t.throws(() => tableOf(all.filter(({ name }) => name !== "get")), {
    message: "'get' has facts, and no command",
  });
});
