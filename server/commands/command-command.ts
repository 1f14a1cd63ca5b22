/**
 * COMMAND: the table, told to clients. redis-cli takes its hints from it, cluster clients the places of keys.
 */

import { errors } from "../../proto/error-texts.ts";
import { matchesGlob } from "../../proto/glob.ts";
import { ErrorReply, type Reply, SimpleString } from "../../proto/reply.ts";
import { categoriesOf } from "./acl-categories.ts";
import type { Command, CommandTable } from "./command.ts";
import { keyFlags } from "./key-flags.ts";
import { arityFits, commandNamed } from "./lookup.ts";

/** The ten elements of an entry of COMMAND and COMMAND INFO. */
function describe(command: Command, fullName = command.name): Reply[] {
  const { first, last, step } = command.keys ?? { first: 0, last: 0, step: 0 };
  return [
    fullName,
    command.arity,
    new Set<Reply>(command.flags.map((flag) => new SimpleString(flag))),
    first,
    last,
    step,
    new Set<Reply>(categoriesOf(command, fullName).map((category) => new SimpleString(`@${category}`))),
    new Set<Reply>(),
    new Set<Reply>(),
    new Set<Reply>((command.subcommands ?? []).map((sub) => describe(sub, `${command.name}|${sub.name}`))),
  ];
}

/** The map of an entry of COMMAND DOCS. */
function document(command: Command, fullName = command.name): Map<string, Reply> {
  const docs = new Map<string, Reply>([
    ["summary", command.summary],
    ["since", command.since],
    ["group", command.group === "carrot" ? "module" : command.group],
  ]);
  if (command.subcommands !== undefined) {
    const entries = command.subcommands.map((sub) => {
      const name = `${fullName}|${sub.name}`;
      return [name, document(sub, name)] as const;
    });
    docs.set("subcommands", new Map<string, Reply>(entries));
  }
  return docs;
}

function info(commands: CommandTable, names: readonly Buffer[]): Reply {
  if (names.length === 0) return [...commands.values()].map((command) => describe(command));
  return names.map((name) => {
    const command = commandNamed(commands, nameIn(name));
    return command === undefined ? null : describe(command, name.toString("latin1").toLowerCase());
  });
}

function docs(commands: CommandTable, names: readonly Buffer[]): Reply {
  const chosen =
    names.length === 0
      ? [...commands].map(([name, command]) => [name, command] as const)
      : names.map(
          (name) => [name.toString("latin1").toLowerCase(), commandNamed(commands, nameIn(name))] as const,
        );
  const known = chosen.flatMap(([name, command]) =>
    command === undefined ? [] : [[name, document(command, name)] as const],
  );
  return new Map<string, Reply>(known);
}

function list(commands: CommandTable, args: readonly Buffer[]): Reply {
  const names = [...commands.keys()];
  if (args.length === 2) return names;
  const [filterBy, by, value] = args.slice(2).map((arg) => arg.toString("latin1").toLowerCase());
  if (args.length !== 5 || filterBy !== "filterby") return new ErrorReply(errors.syntax);
  if (by === "pattern") return names.filter((name) => matchesGlob(value!, name));
  if (by === "aclcat") {
    return names.filter((name) => categoriesOf(commands.get(name)!, name).includes(value!));
  }
  return by === "module" ? [] : new ErrorReply(errors.syntax);
}

/** The keys among the words of a command, each with `describe` of it. */
function keysIn(
  commands: CommandTable,
  words: readonly Buffer[],
  describe: (key: Buffer, name: string) => Reply,
): Reply {
  const named = commandNamed(commands, nameIn(words[0]!));
  const word = words[1]!.toString("latin1").toLowerCase();
  const chosen =
    named?.subcommands === undefined ? named : named.subcommands.find((sub) => sub.name === word);
  if (chosen === undefined) return new ErrorReply(errors.getKeysOfUnknown);
  // A shard channel stands where a key does, and is none.
  if (chosen.keys === undefined || chosen.group === "pubsub") return new ErrorReply(errors.getKeysOfKeyless);
  if (!arityFits(chosen.arity, words.length)) return new ErrorReply(errors.getKeysArity);
  const { first, last, step } = chosen.keys;
  const end = last < 0 ? words.length + last : last;
  const keys = words.filter((_, i) => i >= first && i <= end && (i - first) % step === 0);
  return keys.map((key) => describe(key, chosen.name));
}

function getKeysAndFlags(commands: CommandTable, words: readonly Buffer[]): Reply {
  return keysIn(commands, words, (key, name) => {
    const flags = keyFlags(name, words).map((flag) => new SimpleString(flag));
    return [key, new Set<Reply>(flags)];
  });
}

function nameIn(word: Buffer): string {
  return word.toString("latin1").toLowerCase();
}

function subcommand(
  name: string,
  arity: number,
  summary: string,
  local: NonNullable<Command["local"]>,
): Command {
  return { name, arity, flags: ["loading", "stale"], summary, since: "2.8.13", group: "server", local };
}

/** COMMAND with its subcommands. */
export const commandCommand: Command = {
  name: "command",
  arity: -1,
  flags: ["loading", "stale"],
  summary: "All commands, with their arity, flags and places of keys.",
  since: "2.8.13",
  group: "server",
  subcommands: [
    subcommand("count", 2, "How many commands there are.", (_args, { commands }) => commands.size),
    subcommand("docs", -2, "What commands are for.", (args, { commands }) => docs(commands, args.slice(2))),
    subcommand("info", -2, "Arity, flags and places of keys.", (args, { commands }) =>
      info(commands, args.slice(2)),
    ),
    subcommand("list", -2, "The names of commands.", (args, { commands }) => list(commands, args)),
    subcommand("getkeys", -4, "The keys in a command's words.", (args, { commands }) =>
      keysIn(commands, args.slice(2), (key) => key),
    ),
    subcommand("getkeysandflags", -4, "The same, with what the command does to them.", (args, { commands }) =>
      getKeysAndFlags(commands, args.slice(2)),
    ),
  ],
  local: (_args, { commands }) => info(commands, []),
};
