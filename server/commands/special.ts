/**
 * What can stand between a command and its being performed: no password, no permission, MULTI, a subscription, MONITOR,
 * a pause.
 *
 * Invariant: checks come in Redis' order, and whatever is refused inside MULTI spoils the transaction. Most
 * connections are plain and never come here.
 */

import { errors } from "../../proto/error-texts.ts";
import type { Answer } from "../../proto/reply.ts";
import { ErrorReply, SimpleString } from "../../proto/reply.ts";
import type { CommandShape } from "../clients/command-shape.ts";
import { keptSize } from "../clients/transaction.ts";
import { refusalOf } from "./admin.ts";
import type { Chosen, LocalContext } from "./command.ts";
import { perform } from "./perform.ts";
import { endCaching } from "./tracking-commands.ts";

const QUEUED = new SimpleString("QUEUED");
/** Commands that act on the transaction rather than being part of it. */
const IMMEDIATE = new Set(["multi", "exec", "discard", "watch", "quit", "reset"]);
/** What a client that is subscribed may say in RESP2, where it could not tell a reply from a message. */
const WHEN_SUBSCRIBED = new Set([
  ...["subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe"],
  ...["ping", "quit", "reset"],
]);

/** Performs, queues, holds up or refuses a command. */
export function performSpecial(
  chosen: Chosen | ErrorReply,
  args: readonly Buffer[],
  context: LocalContext,
): Answer {
  const refused = chosen instanceof ErrorReply ? chosen : refusal(chosen, context);
  if (refused !== undefined && !(chosen instanceof ErrorReply)) context.sessions.stats.reject(chosen.name);
  if (refused !== undefined) return refuse(refused, args, context);
  const wanted = chosen as Chosen;
  const over = context.sessions.pause.holds(commandsOf(wanted, context));
  if (over !== undefined) return performAfter(over, wanted, context);
  const { transaction } = context.connection.session;
  if (transaction === undefined || IMMEDIATE.has(wanted.name)) return performOnce(wanted, context);
  transaction.add({ name: wanted.name, flags: wanted.command.flags, args: wanted.args });
  return QUEUED;
}

/** Performs a command, and shows it to those who say MONITOR; EXEC shows itself, behind what it executes. */
export function performSeen(chosen: Chosen, context: LocalContext): Answer {
  const { command, name, args } = chosen;
  if (name !== "exec" && !command.flags.includes("admin")) context.sessions.show(args, context.connection);
  return perform(chosen, context);
}

/** An EXEC that is refused ends the transaction, and says so in its own words. */
function refuse(refused: ErrorReply, args: readonly Buffer[], { connection }: LocalContext): ErrorReply {
  connection.session.transaction?.spoil();
  if (!/^exec$/i.test(args[0]!.toString("latin1", 0, 5))) return refused;
  connection.session.endTransaction();
  return new ErrorReply(errors.execRefused(refused.text));
}

/** What CLIENT CACHING has said holds for one command that is not CLIENT, or one transaction, which ends it itself. */
function performOnce(chosen: Chosen, context: LocalContext): Answer {
  const answer = performSeen(chosen, context);
  const { session } = context.connection;
  const isOver = session.transaction === undefined && !(answer instanceof Promise && chosen.name === "exec");
  if (session.caching && isOver && !chosen.name.startsWith("client|")) endCaching(context);
  return answer;
}

function refusal(
  { command, name, args }: Chosen,
  { connection, conf }: LocalContext,
): ErrorReply | undefined {
  const { session } = connection;
  const { flags } = command;
  const text = () => {
    if (!connection.authenticated && !flags.includes("no_auth")) return errors.noAuth;
    const denied = refusalOf(name, { connection, conf });
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
function commandsOf({ command, name }: Chosen, { connection }: LocalContext): readonly CommandShape[] {
  const queue = name === "exec" ? (connection.session.transaction?.queue ?? []) : [];
  return [{ name, flags: command.flags }, ...queue];
}

/** Performs it when the pause is over; nothing behind it is taken before. */
function performAfter(over: Promise<void>, chosen: Chosen, context: LocalContext): Answer {
  const { connection } = context;
  const args = chosen.args.map((word) => Buffer.from(word));
  const done = over.then(() =>
    connection.socket.destroyed ? undefined : performSpecial({ ...chosen, args }, args, context),
  );
  connection.waitFor(done);
  return done;
}
