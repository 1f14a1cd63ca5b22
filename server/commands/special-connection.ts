/**
 * What happens to a command of a special connection before it is performed: checks of password, permission, MULTI,
 * subscription and MONITOR, then a pause, then the transaction's queue.
 *
 * Invariant: checks come in Redis' order, and a refusal inside MULTI spoils the transaction. A plain
 * connection's commands come here only when find-command.ts returns an error for them.
 */
import { errors } from "../../proto/error-texts.ts";
import type { Answer } from "../../proto/reply.ts";
import { ErrorReply, errorCodeOf, SimpleString } from "../../proto/reply.ts";
import type { CommandShape } from "../clients/command-shape.ts";
import { keptSize, type QueuedCommand } from "../clients/transaction.ts";
import { readShebang } from "../scripts/shebang.ts";
import type { Chosen, LocalContext } from "./command.ts";
import { commandMeant } from "./find-command.ts";
import { perform } from "./perform.ts";
import { denialOf } from "./permission.ts";
import { endCaching } from "./tracking-commands.ts";
import { nameOf } from "./words.ts";

const QUEUED = new SimpleString("QUEUED");
/** Commands that act on the transaction, and are not queued. */
const IMMEDIATE = new Set(["multi", "exec", "discard", "watch", "quit", "reset"]);
/** In RESP2 a subscribed client may say only these, because it cannot tell other replies from messages. */
const WHEN_SUBSCRIBED = new Set([
  ...["subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe"],
  ...["ping", "quit", "reset"],
]);

/** Performs, queues, holds up or refuses a command. */
export function executeSpecial(
  chosen: Chosen | ErrorReply,
  args: readonly Buffer[],
  context: LocalContext,
): Answer {
  const refused = chosen instanceof ErrorReply ? chosen : refusalOf(chosen, context);
  if (chosen instanceof ErrorReply || refused !== undefined) return refuse(refused!, args, context);
  const over = context.sessions.pause.holds(commandsOf(chosen, context));
  if (over !== undefined) return performAfter(over, chosen, context);
  const { name, flags } = chosen.command;
  const { transaction } = context.connection.session;
  if (transaction === undefined || IMMEDIATE.has(name)) return performOnce(chosen, context);
  transaction.add({ name, flags, args });
  return QUEUED;
}

/** Performs a command and shows it to MONITOR. EXEC shows itself, after the commands that it executes. */
export function performSeen(chosen: Chosen, context: LocalContext): Answer {
  const { command, args } = chosen;
  const isShown = command.name !== "exec" && !command.flags.includes("admin");
  if (isShown) context.sessions.show(args, context.connection);
  return perform(chosen, context);
}

/** Spoils the transaction, if any. A refused EXEC ends it, with an error of its own. */
function refuse(refused: ErrorReply, args: readonly Buffer[], context: LocalContext): ErrorReply {
  const { session } = context.connection;
  session.transaction?.spoil();
  if (nameOf(args[0]!) !== "exec") return counted(refused, args, context);
  session.endTransaction();
  return counted(new ErrorReply(errors.execRefused(refused.text)), args, context);
}

/** Counts a command that is refused before it is performed. */
export function counted(
  refused: ErrorReply,
  args: readonly Buffer[],
  { sessions, commands }: LocalContext,
): ErrorReply {
  sessions.stats.reject(commandMeant(commands, args)?.name, errorCodeOf(refused)!);
  return refused;
}

/**
 * CLIENT CACHING holds for the next command that is not CLIENT, or for one transaction; EXEC ends it after the last
 * command of its queue.
 */
function performOnce(chosen: Chosen, context: LocalContext): Answer {
  const answer = performSeen(chosen, context);
  const { session } = context.connection;
  const { name } = chosen.command;
  const isOver = session.transaction === undefined && !(answer instanceof Promise && name === "exec");
  if (session.caching && isOver && !name.startsWith("client|")) endCaching(context);
  return answer;
}

function refusalOf({ command, args }: Chosen, context: LocalContext): ErrorReply | undefined {
  const { connection, conf } = context;
  const { session } = connection;
  const { name, flags } = command;
  const text = () => {
    if (!connection.authenticated && !flags.includes("no_auth")) return errors.noAuth;
    const denied = denialOf(command, context);
    if (denied !== undefined) return denied.text;
    if (session.transaction !== undefined && flags.includes("no_multi")) return errors.notInTransaction;
    if (session.isSubscribed && connection.protocol === 2 && !WHEN_SUBSCRIBED.has(name))
      return errors.onlyWhenSubscribed(name);
    if (session.isMonitor && (flags.includes("readonly") || flags.includes("write")))
      return errors.keysWhileMonitoring;
    const isQueued = session.transaction !== undefined && !IMMEDIATE.has(name);
    return isQueued && !session.mayKeep(keptSize(args), conf.maxCommandBytes)
      ? errors.keepsTooMuch(conf.maxCommandBytes)
      : undefined;
  };
  const refused = text();
  return refused === undefined ? undefined : new ErrorReply(refused);
}

/** The command; for EXEC also the commands that it would execute. Without scripts that declare that they do not write. */
function commandsOf({ command, args }: Chosen, { connection }: LocalContext): readonly CommandShape[] {
  const { name, flags } = command;
  const queue = name === "exec" ? (connection.session.transaction?.queue ?? []) : [];
  return [{ name, flags, args }, ...queue].filter((queued) => !declaresNoWrites(queued));
}

function declaresNoWrites({ name, args }: QueuedCommand): boolean {
  if (name !== "eval") return false;
  const shebang = readShebang(args[1]!.toString("latin1"));
  return !(shebang instanceof ErrorReply) && shebang.flags?.has("no-writes") === true;
}

/** Performs the command when the pause is over. Until then the connection takes no other command. */
function performAfter(over: Promise<void>, chosen: Chosen, context: LocalContext): Answer {
  const { connection } = context;
  const args = chosen.args.map((word) => Buffer.from(word));
  connection.session.isHeld = true;
  const done = over.then(() => {
    connection.session.isHeld = false;
    return connection.socket.destroyed ? undefined : executeSpecial({ ...chosen, args }, args, context);
  });
  connection.waitFor(done);
  return done;
}
