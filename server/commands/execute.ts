/**
 * The way of a command, from its words to its reply.
 *
 *     execute ─▶ find-command.ts ─▶ permission.ts ─▶ perform.ts ─▶ the command's `local`, or `run` where the node is
 *                      └─▶ special-connection.ts (a connection that is not plain) ─┘
 *
 * Invariant: every failure becomes an error reply, in Redis' own words where Redis has some, and leaves the connection
 * usable. Knows no command's meaning.
 */
import type { Answer } from "../../proto/reply.ts";
import { ErrorReply } from "../../proto/reply.ts";
import type { Command, CommandContext, LocalContext } from "./command.ts";
import { findCommand } from "./find-command.ts";
import { guarded, perform } from "./perform.ts";
import { denialOf } from "./permission.ts";
import { counted, executeSpecial } from "./special-connection.ts";
import { withStoredKeys } from "./stored-words.ts";
import { NODE_COMMANDS } from "./table.ts";

/** Answers a command of a connection of this thread. Never throws and never rejects. */
export function execute(args: readonly Buffer[], context: LocalContext): Answer {
  context.sessions.stats.general++;
  const chosen = findCommand(context.commands, args);
  if (chosen instanceof ErrorReply || !context.connection.session.special.plain)
    return executeSpecial(chosen, args, context);
  const denied = denialOf(chosen.command, context);
  return denied === undefined ? perform(chosen, context) : counted(denied, args, context);
}

/** Runs a node command for a client of another thread. That thread has made all checks. */
export function executeForThread(number: number, args: readonly Buffer[], context: CommandContext): Answer {
  const command = NODE_COMMANDS[number]!;
  return guarded(command, context.node.log, () => runHere(command, args, context));
}

/** Runs a command on the thread that has the node. For a client that tracks, a reading command notes its keys. */
export function runHere(
  command: Command,
  args: readonly Buffer[],
  { node, client, database }: CommandContext,
): Answer {
  const reader = command.flags.includes("readonly") ? node.cache.tracking.readerOf(client.id) : undefined;
  return command.run?.(withStoredKeys(command, args, database), { node, client, database, reader });
}
