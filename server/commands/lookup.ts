/**
 * From the words of a command to the command that is meant.
 *
 * Invariant: what is found has as many words as it wants; what is not found gets Redis' own error. Knows no command's
 * meaning.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, SimpleString } from "../../proto/reply.ts";
import type { Chosen, Command, CommandTable } from "./command.ts";

/** The command that is meant and its full name, or the reply that says why there is none. */
export function choose(commands: CommandTable, args: readonly Buffer[]): Chosen | ErrorReply {
  const command = commands.get(wordOf(args[0]!));
  if (command === undefined) return new ErrorReply(errors.unknownCommand(args));
  const sub = command.subcommands === undefined ? undefined : subcommandOf(command, args);
  if (sub instanceof ErrorReply) return sub;
  const name = sub === undefined ? command.name : `${command.name}|${sub.name}`;
  const chosen = sub ?? command;
  if (!arityFits(chosen.arity, args.length)) return new ErrorReply(errors.wrongArity(name));
  return { command: chosen, name, args };
}

function subcommandOf(command: Command, args: readonly Buffer[]): Command | ErrorReply | undefined {
  if (args.length === 1) {
    return command.run === undefined && command.local === undefined
      ? new ErrorReply(errors.wrongArity(command.name))
      : undefined;
  }
  const word = wordOf(args[1]!);
  if (word === "help") return helpOf(command);
  const found = command.subcommands!.find((sub) => sub.name === word);
  if (found !== undefined) return found;
  return new ErrorReply(errors.unknownSubcommand(command.name.toUpperCase(), args[1]!));
}

/** Every container has HELP, because the text for an unknown subcommand sends people there. */
function helpOf(command: Command): Command {
  const name = command.name.toUpperCase();
  const lines = [`${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const sub of command.subcommands!) lines.push(sub.name.toUpperCase(), `    ${sub.summary}`);
  lines.push("HELP", "    Print this help.");
  return {
    name: "help",
    arity: 2,
    flags: ["loading", "stale"],
    summary: "Prints this help.",
    since: "5.0.0",
    group: command.group,
    local: () => lines.map((line) => new SimpleString(line)),
  };
}

/** The command with this name, `client` or `client|list`. */
export function commandNamed(commands: CommandTable, name: string): Command | undefined {
  const [container, sub] = name.split("|", 2);
  const command = commands.get(container!);
  return sub === undefined ? command : command?.subcommands?.find((candidate) => candidate.name === sub);
}

/** Whether a command of this arity may have so many words, its name among them. */
export function arityFits(arity: number, count: number): boolean {
  return arity < 0 ? count >= -arity : count === arity;
}

/** Names are ASCII; a longer word is no name and need not be converted whole. */
function wordOf(arg: Buffer): string {
  return arg.toString("latin1", 0, Math.min(arg.length, 64)).toLowerCase();
}
