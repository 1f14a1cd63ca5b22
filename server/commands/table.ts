/**
 * The command table: from the words of a command to its reply.
 *
 * Invariant: every failure becomes an error reply in Redis' own words and leaves the connection usable. Knows no
 * command's meaning.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, SimpleString } from "../../proto/reply.ts";
import { absentCommands } from "./absent-commands.ts";
import { aclCommand } from "./acl-command.ts";
import { refusalOf } from "./admin.ts";
import { carrotCommands } from "./carrot-commands.ts";
import { clientCommand } from "./client-commands.ts";
import type { Answer, Chosen, Command, CommandContext, LocalContext } from "./command.ts";
import { commandCommand } from "./command-command.ts";
import { configCommand } from "./config-command.ts";
import { connectionCommands } from "./connection-commands.ts";
import { heldCommands } from "./held-commands.ts";
import { keyCommands } from "./key-commands.ts";
import { lifeCommands } from "./life-commands.ts";
import { guarded, perform } from "./perform.ts";
import { pubsubCommands } from "./pubsub-commands.ts";
import { scanCommands } from "./scan-commands.ts";
import { serverCommands } from "./server-commands.ts";
import { setCommands } from "./set-commands.ts";
import { slowlogCommand } from "./slowlog-command.ts";
import { performSpecial } from "./special.ts";
import { transactionCommands } from "./transaction-commands.ts";

/** Every command there is, by name. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [
    ...keyCommands,
    ...setCommands,
    ...lifeCommands,
    ...heldCommands,
    ...scanCommands,
    ...connectionCommands,
    ...transactionCommands,
    ...pubsubCommands,
    clientCommand,
    commandCommand(() => COMMANDS),
    configCommand,
    ...serverCommands,
    slowlogCommand,
    aclCommand(() => COMMANDS),
    ...absentCommands,
    ...carrotCommands,
  ].map((command) => [command.name, command]),
);

/** Answers a command of a connection of this thread. Never throws and never rejects. */
export function execute(args: readonly Buffer[], context: LocalContext): Answer {
  context.sessions.stats.general++;
  const chosen = resolve(args);
  if (chosen instanceof ErrorReply || !context.connection.plain) return performSpecial(chosen, args, context);
  return refusalOf(chosen.name, context) ?? perform(chosen, context);
}

/** Runs a command that needs the node for a client of another thread, which has checked everything already. */
export function executeForThread(args: readonly Buffer[], context: CommandContext): Answer {
  const found = resolve(args);
  if (found instanceof ErrorReply) return found;
  const { command } = found;
  return guarded(command, context.node.log, () => runHere(command, args, context));
}

/** Runs a command where the node is: notes what CLIENT TRACKING wants to know of it. */
export function runHere(command: Command, args: readonly Buffer[], { node, client }: CommandContext): Answer {
  const reader = command.flags.includes("readonly") ? node.tracking.readerOf(client.id) : undefined;
  return command.run?.(args, { node, client, reader });
}

/** The command that is meant and its full name, or the reply that says why there is none. */
function resolve(args: readonly Buffer[]): Chosen | ErrorReply {
  const command = COMMANDS.get(wordOf(args[0]!));
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
    return command.run === undefined ? new ErrorReply(errors.wrongArity(command.name)) : undefined;
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

function arityFits(arity: number, count: number): boolean {
  return arity < 0 ? count >= -arity : count === arity;
}

/** Names are ASCII; a longer word is no name and need not be converted whole. */
function wordOf(arg: Buffer): string {
  return arg.toString("latin1", 0, Math.min(arg.length, 64)).toLowerCase();
}
