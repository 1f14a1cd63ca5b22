/**
 * The command table: from the words of a command to its reply.
 *
 * Invariant: every failure becomes an error reply in Redis' own words and leaves the connection usable. Knows no
 * command's meaning.
 */

import type { Answer } from "../../proto/reply.ts";
import { ErrorReply } from "../../proto/reply.ts";
import { absentCommands } from "./absent-commands.ts";
import { aclCommand } from "./acl-command.ts";
import { refusalOf } from "./admin.ts";
import { carrotCommands } from "./carrot-commands.ts";
import { clientCommand } from "./client-commands.ts";
import type { Command, CommandContext, CommandTable, LocalContext } from "./command.ts";
import { commandCommand } from "./command-command.ts";
import { configCommand } from "./config-command.ts";
import { connectionCommands } from "./connection-commands.ts";
import { heldCommands } from "./held-commands.ts";
import { keyCommands } from "./key-commands.ts";
import { lifeCommands } from "./life-commands.ts";
import { choose } from "./lookup.ts";
import { guarded, perform } from "./perform.ts";
import { pubsubCommands } from "./pubsub-commands.ts";
import { scanCommands } from "./scan-commands.ts";
import { serverCommands } from "./server-commands.ts";
import { setCommands } from "./set-commands.ts";
import { slowlogCommand } from "./slowlog-command.ts";
import { performSpecial } from "./special.ts";
import { cachingUsedCommand } from "./tracking-commands.ts";
import { transactionCommands } from "./transaction-commands.ts";

/** Every command there is, by name. */
export const COMMANDS: CommandTable = new Map(
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
    commandCommand,
    configCommand,
    ...serverCommands,
    slowlogCommand,
    aclCommand,
    ...absentCommands,
    ...carrotCommands,
  ].map((command) => [command.name, command]),
);

/**
 * Every command that runs where the node is, those among them that no client can say. Threads share the order: from
 * thread to thread a command goes as its number in this list.
 */
export const NODE_COMMANDS: readonly Command[] = [
  ...[...COMMANDS.values()].flatMap((command) => [command, ...(command.subcommands ?? [])]),
  cachingUsedCommand,
].filter(({ run }) => run !== undefined);

/** Answers a command of a connection of this thread. Never throws and never rejects. */
export function execute(args: readonly Buffer[], context: LocalContext): Answer {
  context.sessions.stats.general++;
  const chosen = choose(context.commands, args);
  if (chosen instanceof ErrorReply || !context.connection.session.special.plain)
    return performSpecial(chosen, args, context);
  return refusalOf(chosen.name, context) ?? perform(chosen, context);
}

/** Runs the node command with this number for a client of another thread, which has checked everything already. */
export function executeForThread(number: number, args: readonly Buffer[], context: CommandContext): Answer {
  const command = NODE_COMMANDS[number]!;
  return guarded(command, context.node.log, () => runHere(command, args, context));
}

/** Runs a command where the node is: notes what CLIENT TRACKING wants to know of it. */
export function runHere(command: Command, args: readonly Buffer[], { node, client }: CommandContext): Answer {
  const reader = command.flags.includes("readonly") ? node.cache.tracking.readerOf(client.id) : undefined;
  return command.run?.(args, { node, client, reader });
}
