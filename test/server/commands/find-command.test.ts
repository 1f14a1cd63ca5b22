/**
 * Goal: words lead to the command that they mean, or to Redis' own error. Method: a table of two commands.
 */
import test from "ava";
import { ErrorReply } from "../../../proto/reply.ts";
import type { Command, CommandTable } from "../../../server/commands/command.ts";
import {
  arityFits,
  commandNamed,
  everyCommand,
  findCommand,
  isBare,
  subcommandsOf,
} from "../../../server/commands/find-command.ts";

const shape = { flags: [], summary: "A command.", since: "1.0.0", group: "server" } as const;
const list: Command = { ...shape, name: "client|list", arity: -2, local: () => null };
const client: Command = { ...shape, name: "client", arity: -2, subcommands: new Map([["list", list]]) };
const echo: Command = { ...shape, name: "echo", arity: 2, local: (args) => args[1]! };
const commands: CommandTable = new Map([client, echo].map((command) => [command.name, command]));

function chosen(...words: string[]): string {
  const found = findCommand(
    commands,
    words.map((word) => Buffer.from(word)),
  );
  return found instanceof ErrorReply ? found.text : found.command.name;
}

test("a command is found by its name in any case, a subcommand by both names", (t) => {
  t.is(chosen("ECHO", "x"), "echo");
  t.is(chosen("Client", "List"), "client|list");
  t.is(chosen("client", "help"), "client|help");
});

test("an unknown command, or a wrong number of words, gets Redis' error", (t) => {
  t.is(chosen("nosuch", "x"), "ERR unknown command 'nosuch', with args beginning with: 'x' ");
  t.is(chosen("echo"), "ERR wrong number of arguments for 'echo' command");
  t.is(chosen("client"), "ERR wrong number of arguments for 'client' command");
  t.is(chosen("client", "nosuch"), "ERR unknown subcommand 'nosuch'. Try CLIENT HELP.");
});

test("a name with a container leads to its subcommand, or to nothing", (t) => {
  t.is(commandNamed(commands, "client|list"), list);
  t.is(commandNamed(commands, "client"), client);
  t.is(commandNamed(commands, "client|nosuch"), undefined);
  for (const name of ["echo|list", "client|", "client|list|key", "client||list", "|", "client|list|"])
    t.is(commandNamed(commands, name), undefined, name);
});

test("the subcommands of a container have its HELP among them", (t) => {
  const names = (all: readonly Command[]) => all.map(({ name }) => name);
  t.deepEqual(names(subcommandsOf(client)), ["client|list", "client|help"]);
  t.deepEqual(subcommandsOf(echo), []);
  t.deepEqual(names(everyCommand(commands)), ["client", "client|list", "client|help", "echo"]);
});

test("a container is bare when its name alone does nothing; its HELP is not", (t) => {
  t.true(isBare(client));
  t.false(isBare(list));
  t.false(isBare(commandNamed(commands, "client|help")!));
});

test("an arity counts the name, and a negative arity is the least number of words", (t) => {
  t.deepEqual(
    [1, 2, 3].map((count) => arityFits(2, count)),
    [false, true, false],
  );
  t.deepEqual(
    [1, 2, 3].map((count) => arityFits(-2, count)),
    [false, true, true],
  );
});
