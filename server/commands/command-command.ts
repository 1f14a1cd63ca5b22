/**
 * COMMAND: the facts of all commands, as replies.
 *
 * redis-cli makes its hints from COMMAND DOCS; cluster clients find keys by the places that COMMAND returns.
 */
import { errors } from "../../proto/error-texts.ts";
import { matchesGlob } from "../../proto/glob.ts";
import { ErrorReply, type Reply, SimpleString } from "../../proto/reply.ts";
import { categoriesOf } from "./acl-categories.ts";
import type { Command, CommandTable } from "./command.ts";
import { define } from "./define.ts";
import { SWAPS } from "./fact-words.ts";
import { arityFits, commandNamed, everyCommand, subcommandsOf } from "./find-command.ts";
import { keysOf } from "./keys-of.ts";
import { nameOf, wordOf } from "./words.ts";

/** The ten elements of an entry of COMMAND and COMMAND INFO. */
function describe(command: Command): Reply[] {
  const { name, arity, flags, keys } = command;
  const { first, last, step } = keys ?? { first: 0, last: 0, step: 0 };
  return [
    name,
    arity,
    new Set<Reply>(flags.map((flag) => new SimpleString(flag))),
    first,
    last,
    step,
    new Set<Reply>(categoriesOf(command).map((category) => new SimpleString(`@${category}`))),
    new Set<Reply>(),
    new Set<Reply>(),
    new Set<Reply>(subcommandsOf(command).map(describe)),
  ];
}

/** The map of an entry of COMMAND DOCS. */
function document(command: Command): Map<string, Reply> {
  const { summary, since, group, subcommands } = command;
  const docs = new Map<string, Reply>([
    ["summary", summary],
    ["since", since],
    ["group", group === "carrot" ? "module" : group],
  ]);
  if (subcommands !== undefined) docs.set("subcommands", documents(subcommandsOf(command)));
  return docs;
}

function documents(commands: Iterable<Command>): Map<string, Reply> {
  return new Map(Array.from(commands, (command) => [command.name, document(command)]));
}

function docs(commands: CommandTable, names: readonly Buffer[]): Reply {
  if (names.length === 0) return documents(commands.values());
  return documents(names.flatMap((name) => commandNamed(commands, nameOf(name)) ?? []));
}

function info(commands: CommandTable, names: readonly Buffer[]): Reply {
  if (names.length === 0) return Array.from(commands.values(), describe);
  return names.map((name) => {
    const command = commandNamed(commands, nameOf(name));
    return command === undefined ? null : describe(command);
  });
}

function list(commands: CommandTable, args: readonly Buffer[]): Reply {
  const all = everyCommand(commands);
  const namesOf = (chosen: readonly Command[]) => chosen.map(({ name }) => name);
  if (args.length === 2) return namesOf(all);
  if (args.length !== 5 || wordOf(args[2]!) !== "filterby") return new ErrorReply(errors.syntax);
  const by = wordOf(args[3]!);
  const value = args[4]!.toString("latin1").toLowerCase();
  if (by === "pattern") return namesOf(all.filter(({ name }) => matchesGlob(value, name)));
  if (by === "aclcat") return namesOf(all.filter((command) => categoriesOf(command).includes(value)));
  return by === "module" ? [] : new ErrorReply(errors.syntax);
}

/** Calls `elementOf` for each key among the words of a command; the reply is an array of the results. */
function keysIn(
  commands: CommandTable,
  words: readonly Buffer[],
  elementOf: (key: Buffer, command: Command, at: number) => Reply,
): Reply {
  const named = commands.get(nameOf(words[0]!));
  const command = named?.subcommands === undefined ? named : named.subcommands.get(nameOf(words[1]!));
  if (command === undefined) return new ErrorReply(errors.getKeysOfUnknown);
  const { keyFlags, arity } = command;
  if (keyFlags === undefined) return new ErrorReply(errors.getKeysOfKeyless);
  if (!arityFits(arity, words.length)) return new ErrorReply(errors.getKeysArity);
  // As in Redis, a count that cannot be right finds no keys.
  const found = keysOf(command, words) ?? [];
  return found.map((key, at) => elementOf(key, command, at));
}

function getKeysAndFlags(commands: CommandTable, words: readonly Buffer[]): Reply {
  return keysIn(commands, words, (key, command, at) => {
    const flags = keyFlagsOf(command, words, at).map((flag) => new SimpleString(flag));
    return [key, new Set<Reply>(flags)];
  });
}

/** What the command does to its keys. SET with the option GET also reads, which SET's facts do not say. */
function keyFlagsOf(
  { name, keyFlags = [], secondKeyFlags }: Command,
  words: readonly Buffer[],
  at: number,
): readonly string[] {
  if (at === 1 && secondKeyFlags !== undefined) return secondKeyFlags;
  const readsToo = name === "set" && words.slice(3).some((word) => wordOf(word) === "get");
  return readsToo ? SWAPS : keyFlags;
}

/** The commands of this file. */
export const commandCommands = [
  define("command", { local: (_args, { commands }) => info(commands, []) }),
  define("command|count", { local: (_args, { commands }) => commands.size }),
  define("command|docs", { local: (args, { commands }) => docs(commands, args.slice(2)) }),
  define("command|info", { local: (args, { commands }) => info(commands, args.slice(2)) }),
  define("command|list", { local: (args, { commands }) => list(commands, args) }),
  define("command|getkeys", {
    local: (args, { commands }) => keysIn(commands, args.slice(2), (key) => key),
  }),
  define("command|getkeysandflags", {
    local: (args, { commands }) => getKeysAndFlags(commands, args.slice(2)),
  }),
];
