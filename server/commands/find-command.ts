/**
 * Finds the command that a client's words mean.
 *
 * Invariant: a command that is found has the right number of words; otherwise the client gets Redis' own error. Knows
 * no command's meaning.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, SimpleString } from "../../proto/reply.ts";
import type { Chosen, Command, CommandTable } from "./command.ts";
import { nameOf } from "./words.ts";

/** The command, or the error that says why there is none. */
export function findCommand(commands: CommandTable, args: readonly Buffer[]): Chosen | ErrorReply {
  const named = commands.get(nameOf(args[0]!));
  if (named === undefined) return new ErrorReply(errors.unknownCommand(args));
  const command = named.subcommands === undefined ? named : inContainer(named, named.subcommands, args);
  if (command instanceof ErrorReply) return command;
  if (!arityFits(command.arity, args.length)) return new ErrorReply(errors.wrongArity(command.name));
  return { command, args };
}

/** The command that the first one or two words name, whatever the number of words; undefined: none. */
export function commandMeant(commands: CommandTable, args: readonly Buffer[]): Command | undefined {
  const named = commands.get(nameOf(args[0]!));
  if (named?.subcommands === undefined || args.length === 1) return named;
  return named.subcommands.get(nameOf(args[1]!));
}

function inContainer(
  container: Command,
  subcommands: CommandTable,
  args: readonly Buffer[],
): Command | ErrorReply {
  if (args.length === 1)
    return isBare(container) ? new ErrorReply(errors.wrongArity(container.name)) : container;
  const word = nameOf(args[1]!);
  if (word === "help") return helpOf(container);
  const unknown = () => new ErrorReply(errors.unknownSubcommand(container.name.toUpperCase(), args[1]!));
  return subcommands.get(word) ?? unknown();
}

/** Whether a container does nothing without a second word. */
export function isBare({ run, local }: Command): boolean {
  return run === undefined && local === undefined;
}

/** A container's HELP. Every container has it, because the error for an unknown subcommand points to it. */
function helpOf(container: Command): Command {
  const { name, group, categories } = container;
  return {
    name: `${name}|help`,
    arity: 2,
    flags: ["loading", "stale"],
    summary: "Prints this help.",
    since: "5.0.0",
    group,
    ...(categories === undefined ? {} : { categories }),
    local: () => helpLines(container).map((line) => new SimpleString(line)),
  };
}

function helpLines({ name, subcommands }: Command): string[] {
  const lines = [`${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const [word, { summary }] of subcommands!) lines.push(word.toUpperCase(), `    ${summary}`);
  return [...lines, "HELP", "    Print this help."];
}

/** A container's subcommands, its HELP among them; none of any other command. */
export function subcommandsOf(command: Command): Command[] {
  return command.subcommands === undefined ? [] : [...command.subcommands.values(), helpOf(command)];
}

/** Containers, their subcommands, and all other commands. */
export function everyCommand(commands: CommandTable): Command[] {
  return Array.from(commands.values()).flatMap((command) => [command, ...subcommandsOf(command)]);
}

/** The command with this name, `client` or `client|list`. */
export function commandNamed(commands: CommandTable, name: string): Command | undefined {
  const [container, word] = name.split("|", 2);
  const command = commands.get(container!);
  if (word === undefined || command === undefined) return command;
  return subcommandsOf(command).find((subcommand) => subcommand.name === name);
}

/** Whether a command of this arity may have `count` words, its name included. */
export function arityFits(arity: number, count: number): boolean {
  return arity < 0 ? count >= -arity : count === arity;
}
