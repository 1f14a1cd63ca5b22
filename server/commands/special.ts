/**
 * What can stand between a command and its being performed: no password, no permission, MULTI.
 *
 * Invariant: checks come in Redis' order, and whatever is refused inside MULTI spoils the transaction. Most
 * connections are plain and never come here.
 */
import { ErrorReply, SimpleString } from "../../proto/reply.ts";
import { errors } from "../../proto/texts.ts";
import { endTransaction, keptSize } from "../transaction.ts";
import { refusalOf } from "./admin.ts";
import type { Answer, Chosen, LocalContext } from "./command.ts";
import { perform } from "./perform.ts";

const QUEUED = new SimpleString("QUEUED");
/** Commands that act on the transaction rather than being part of it. */
const IMMEDIATE = new Set(["multi", "exec", "discard", "watch", "quit", "reset"]);

/** Performs, queues or refuses a command of a connection that is not plain. */
export function performSpecial(
  chosen: Chosen | ErrorReply,
  args: readonly Buffer[],
  context: LocalContext,
): Answer {
  const refused = chosen instanceof ErrorReply ? chosen : refusal(chosen, context);
  if (refused !== undefined) return refuse(refused, args, context);
  const wanted = chosen as Chosen;
  const { session } = context.connection;
  if (session.transaction === undefined || IMMEDIATE.has(wanted.name)) return performSeen(wanted, context);
  session.transaction.add(wanted);
  return QUEUED;
}

/** An EXEC that is refused ends the transaction, and says so in its own words. */
function refuse(refused: ErrorReply, args: readonly Buffer[], { connection }: LocalContext): ErrorReply {
  connection.session.transaction?.spoil();
  if (!/^exec$/i.test(args[0]!.toString("latin1", 0, 5))) return refused;
  endTransaction(connection);
  return new ErrorReply(errors.execRefused(refused.text));
}

/** Performs a command. */
export function performSeen(chosen: Chosen, context: LocalContext): Answer {
  return perform(chosen, context);
}

function refusal(
  { command, name, args }: Chosen,
  { connection, conf }: LocalContext,
): ErrorReply | undefined {
  const { session } = connection;
  if (!connection.authenticated && !command.flags.includes("no_auth")) return new ErrorReply(errors.noAuth);
  const denied = refusalOf(name, { connection, conf });
  if (denied !== undefined) return denied;
  if (session.transaction === undefined || IMMEDIATE.has(name)) return undefined;
  if (command.flags.includes("no_multi")) return new ErrorReply(errors.notInTransaction);
  if (session.mayKeep(keptSize(args), conf.maxCommandBytes)) return undefined;
  return new ErrorReply(errors.keepsTooMuch(conf.maxCommandBytes));
}
