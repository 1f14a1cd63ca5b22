/**
 * What can stand between a command and its being performed: no password, no permission, MULTI, a subscription, MONITOR,
 * a pause.
 *
 * Invariant: checks come in Redis' order, and whatever is refused inside MULTI spoils the transaction. Most connections
 * are plain and never come here.
 */

import type { Answer } from "../../proto/reply.ts";
import { ErrorReply, SimpleString } from "../../proto/reply.ts";
import { errors } from "../../proto/texts.ts";
import type { CommandShape } from "../clients/command-shape.ts";
import { keptSize } from "../clients/transaction.ts";
import type { Chosen, LocalContext } from "./command.ts";
import { perform } from "./perform.ts";
import { denialOf } from "./permission.ts";
import { endCaching } from "./tracking-commands.ts";
import { nameOf } from "./words.ts";

const QUEUED = new SimpleString("QUEUED");
/** Commands that act on the transaction rather than being part of it. */
const IMMEDIATE = new Set(["multi", "exec", "discard", "watch", "quit", "reset"]);
/** What a client that is subscribed may say in RESP2, where it could not tell a reply from a message. */
const WHEN_SUBSCRIBED = new Set([
  ...["subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe"],
  ...["ping", "quit", "reset"],
]);

/** Performs, queues, holds up or refuses a command of a connection that is not plain. */
export function executeSpecial(
  chosen: Chosen | ErrorReply,
  args: readonly Buffer[],
  context: LocalContext,
): Answer {
  if (chosen instanceof ErrorReply) return refuse(chosen, args, context);
  const refused = refusalOf(chosen, context);
  if (refused !== undefined) {
    context.sessions.stats.reject(chosen.command.name);
    return refuse(refused, args, context);
  }
  const over = context.sessions.pause.holds(commandsOf(chosen, context));
  if (over !== undefined) return performAfter(over, chosen, context);
  const { name, flags } = chosen.command;
  const { transaction } = context.connection.session;
  if (transaction === undefined || IMMEDIATE.has(name)) return performOnce(chosen, context);
  transaction.add({ name, flags, args });
  return QUEUED;
}

/** Performs a command, and shows it to the clients that say MONITOR; EXEC shows itself, behind what it executes. */
export function performSeen(chosen: Chosen, context: LocalContext): Answer {
  const { command, args } = chosen;
  const isShown = command.name !== "exec" && !command.flags.includes("admin");
  if (isShown) context.sessions.show(args, context.connection);
  return perform(chosen, context);
}

/** An EXEC that is refused ends the transaction, and says so in its own words. */
function refuse(refused: ErrorReply, args: readonly Buffer[], { connection }: LocalContext): ErrorReply {
  connection.session.transaction?.spoil();
  if (nameOf(args[0]!) !== "exec") return refused;
  connection.session.endTransaction();
  return new ErrorReply(errors.execRefused(refused.text));
}

/** What CLIENT CACHING has said holds for one command that is not CLIENT, or one transaction, which ends it itself. */
function performOnce(chosen: Chosen, context: LocalContext): Answer {
  const answer = performSeen(chosen, context);
  const { session } = context.connection;
  const { name } = chosen.command;
  const isOver = session.transaction === undefined && !(answer instanceof Promise && name === "exec");
  if (session.caching && isOver && !name.startsWith("client|")) endCaching(context);
  return answer;
}

function refusalOf({ command, args }: Chosen, { connection, conf }: LocalContext): ErrorReply | undefined {
  const { session } = connection;
  const { name, flags } = command;
  const text = () => {
    if (!connection.authenticated && !flags.includes("no_auth")) return errors.noAuth;
    const denied = denialOf(command, { connection, conf });
    if (denied !== undefined) return denied.text;
    if (session.transaction !== undefined && flags.includes("no_multi")) return errors.notInTransaction;
    if (session.isSubscribed && connection.protocol === 2 && !WHEN_SUBSCRIBED.has(name))
      return errors.onlyWhenSubscribed(name);
    if (session.isMonitor && (flags.includes("readonly") || flags.includes("write")))
      return errors.monitorOfKeys;
    const isQueued = session.transaction !== undefined && !IMMEDIATE.has(name);
    return isQueued && !session.mayKeep(keptSize(args), conf.maxCommandBytes)
      ? errors.keepsTooMuch(conf.maxCommandBytes)
      : undefined;
  };
  const refused = text();
  return refused === undefined ? undefined : new ErrorReply(refused);
}

/** The command, and of EXEC those that it would execute. */
function commandsOf({ command }: Chosen, { connection }: LocalContext): readonly CommandShape[] {
  const queue = command.name === "exec" ? (connection.session.transaction?.queue ?? []) : [];
  return [command, ...queue];
}

/** Performs it when the pause is over; nothing behind it is taken before. */
function performAfter(over: Promise<void>, chosen: Chosen, context: LocalContext): Answer {
  const { connection } = context;
  const args = chosen.args.map((word) => Buffer.from(word));
  const done = over.then(() =>
    connection.socket.destroyed ? undefined : executeSpecial({ ...chosen, args }, args, context),
  );
  connection.waitFor(done);
  return done;
}
