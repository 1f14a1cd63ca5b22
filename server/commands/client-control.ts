/**
 * CLIENT KILL, PAUSE, UNPAUSE, REPLY, UNBLOCK: what one client does to others, or to what it gets itself.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import type { CommandFlag } from "../clients/command-shape.ts";
import type { ClientFilter } from "../sessions/questions.ts";
import type { Command, CommandContext, LocalContext } from "./command.ts";
import { integerOf } from "./connection-commands.ts";

/** All but the first and the last are kinds that there are none of. */
export const CLIENT_TYPES: readonly string[] = ["normal", "master", "replica", "slave", "pubsub"];

const ADMIN: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale"];
const USERS: readonly string[] = ["default", "admin"];

type Filter = { -readonly [Field in keyof ClientFilter]: ClientFilter[Field] };

/** What one pair of words of CLIENT KILL says; undefined: nothing that Redis knows. */
function readCondition(word: string, value: Buffer, filter: Filter): ErrorReply | undefined {
  const text = value.toString("latin1");
  if (word === "id") {
    const id = integerOf(value);
    if (id === undefined || id < 1) return new ErrorReply(errors.clientIdTooSmall);
    filter.id = id;
  } else if (word === "type") {
    const type = text.toLowerCase();
    if (!CLIENT_TYPES.includes(type)) return new ErrorReply(errors.clientType(value));
    if (type === "normal" || type === "pubsub") filter.isSubscribed = type === "pubsub";
    else filter.nobody = true;
  } else if (word === "addr" || word === "laddr") filter[word] = text;
  else if (word === "user") {
    if (!USERS.includes(text)) return new ErrorReply(errors.noSuchUser(value));
    filter.user = text;
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
    const refused = readCondition(args[i]!.toString("latin1").toLowerCase(), value, filter);
    if (refused !== undefined) return refused;
  }
  return node.sessions.kill(filter);
}

async function pause(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  const mode = args[3]?.toString("latin1").toLowerCase() ?? "all";
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

/** OFF and SKIP are not replied to themselves. */
function reply(args: readonly Buffer[], context: LocalContext): Reply | undefined {
  const { session } = context.connection;
  const word = args[2]!.toString("latin1").toLowerCase();
  const isSilent = word === "off" || word === "skip" || session.silence !== undefined;
  // In Redis it leaves the array of EXEC without its head, or without elements that its head promises.
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

/** Nobody is ever blocked here. */
function unblock(args: readonly Buffer[]): Reply {
  const reason = args[3]?.toString("latin1").toLowerCase() ?? "timeout";
  if (reason !== "timeout" && reason !== "error") return new ErrorReply(errors.unblockReason);
  return integerOf(args[2]!) === undefined ? new ErrorReply(errors.notAnInteger) : 0;
}

const shape = { flags: ADMIN, group: "connection" } as const;

/** The subcommands of this file. */
export const clientControlCommands: readonly Command[] = [
  {
    ...shape,
    name: "kill",
    arity: -3,
    summary: "Closes connections: one by its address, or all that fit ID, ADDR, LADDR, TYPE, USER, SKIPME.",
    since: "2.4.0",
    run: kill,
  },
  {
    ...shape,
    name: "pause",
    arity: -3,
    summary: "Holds up all commands of this node's clients, or those that WRITE, for so many milliseconds.",
    since: "3.0.0",
    run: pause,
  },
  { ...shape, name: "unpause", arity: 2, summary: "Ends a pause.", since: "6.2.0", run: unpause },
  {
    ...shape,
    name: "reply",
    arity: 3,
    flags: ["noscript", "loading", "stale"],
    summary: "Replies from now on (ON), not at all (OFF), or not to the next command (SKIP).",
    since: "3.2.0",
    local: reply,
  },
  {
    ...shape,
    name: "unblock",
    arity: -3,
    summary: "Answers 0: no command blocks its client.",
    since: "5.0.0",
    local: unblock,
  },
];
