/**
 * CLIENT KILL, PAUSE, UNPAUSE, UNBLOCK and REPLY: what a client does to other clients, and to its own replies.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import type { ClientFilter } from "../sessions/thread-questions.ts";
import type { CommandContext, LocalContext } from "./command.ts";
import { define } from "./define.ts";
import { integerOf, wordOf } from "./words.ts";

/** Only normal and pubsub clients exist here; Redis knows the others, too. */
export const CLIENT_TYPES: readonly string[] = ["normal", "master", "replica", "slave", "pubsub"];

const USERS: readonly string[] = ["default", "admin"];

type Filter = { -readonly [Field in keyof ClientFilter]: ClientFilter[Field] };

/** Adds one pair of words of CLIENT KILL to the filter, or returns what is wrong with it. */
function readCondition(word: string, value: Buffer, filter: Filter): ErrorReply | undefined {
  const text = value.toString("latin1");
  if (word === "id") {
    const id = integerOf(value);
    if (id === undefined || id < 1) return new ErrorReply(errors.clientIdTooSmall);
    filter.id = id;
  } else if (word === "type") {
    const type = wordOf(value);
    if (!CLIENT_TYPES.includes(type)) return new ErrorReply(errors.clientType(value));
    if (type === "normal" || type === "pubsub") filter.isSubscribed = type === "pubsub";
    else filter.nobody = true;
  } else if (word === "addr" || word === "laddr") filter[word] = text;
  else if (word === "user") {
    if (!USERS.includes(text)) return new ErrorReply(errors.noSuchUser(value));
    filter.user = text;
  } else if (word === "maxage") {
    const seconds = integerOf(value);
    if (seconds === undefined) return new ErrorReply(errors.maxAgeNotAnInteger);
    if (seconds < 1) return new ErrorReply(errors.maxAgeTooSmall);
    filter.minAgeSeconds = seconds;
  } else if (word === "skipme" && /^(yes|no)$/i.test(text)) filter.skipsSelf = /^yes$/i.test(text);
  else return new ErrorReply(errors.syntax);
  return undefined;
}

async function kill(args: readonly Buffer[], { node, client }: CommandContext): Promise<Reply> {
  if (args.length === 3) {
    const filter = { addr: args[2]!.toString("latin1"), self: client.id, skipsSelf: false };
    return (await node.sessions.kill(filter)) > 0 ? OK : new ErrorReply(errors.noSuchClient);
  }
  const filter: Filter = { self: client.id, skipsSelf: true };
  for (let i = 2; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) return new ErrorReply(errors.syntax);
    const refused = readCondition(wordOf(args[i]!), value, filter);
    if (refused !== undefined) return refused;
  }
  return node.sessions.kill(filter);
}

async function pause(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  const mode = args[3] === undefined ? "all" : wordOf(args[3]);
  if (args.length > 4) return new ErrorReply(errors.unknownForm(args[1]!, "CLIENT"));
  if (mode !== "write" && mode !== "all") return new ErrorReply(errors.pauseMode);
  const ms = integerOf(args[2]!);
  if (ms === undefined) return new ErrorReply(errors.timeoutNotAnInteger);
  if (ms < 0) return new ErrorReply(errors.timeoutNegative);
  await node.sessions.pause(mode, ms);
  return OK;
}

async function unpause(_args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  await node.sessions.unpause();
  return OK;
}

/** OFF and SKIP get no reply themselves. */
function reply(args: readonly Buffer[], context: LocalContext): Reply | undefined {
  const { session } = context.connection;
  const word = wordOf(args[2]!);
  const isSilent = word === "off" || word === "skip" || session.silence !== undefined;
  // Redis then sends EXEC's array without its head, or without elements that its head has announced.
  if (context.inExec && isSilent) return new ErrorReply(errors.notInTransaction);
  if (word === "on") {
    session.silence = undefined;
    return OK;
  }
  if (word === "off") session.silence = "always";
  else if (word !== "skip") return new ErrorReply(errors.syntax);
  else if (session.silence !== "always") session.silence = "next";
  return undefined;
}

/** Returns 0, because no command blocks its client. */
function unblock(args: readonly Buffer[]): Reply {
  const reason = args[3] === undefined ? "timeout" : wordOf(args[3]);
  if (reason !== "timeout" && reason !== "error") return new ErrorReply(errors.unblockReason);
  return integerOf(args[2]!) === undefined ? new ErrorReply(errors.notAnInteger) : 0;
}

/** The commands of this file. */
export const clientControlCommands = [
  define("client|kill", { run: kill }),
  define("client|pause", { run: pause }),
  define("client|unpause", { run: unpause }),
  define("client|reply", { local: reply }),
  define("client|unblock", { local: unblock }),
];
