/**
 * SLOWLOG: the newest slow commands of this node's clients, on all threads.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import type { SlowEntry } from "../sessions/slow-log.ts";
import type { CommandContext } from "./command.ts";
import { define } from "./define.ts";
import { integerOf } from "./words.ts";

const DEFAULT_COUNT = 10;

async function get(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  if (args.length > 3) return new ErrorReply(errors.unknownForm(args[1]!, "SLOWLOG"));
  const count = args[2] === undefined ? DEFAULT_COUNT : integerOf(args[2]);
  if (count === undefined || count < -1) return new ErrorReply(errors.slowlogCount);
  const entries = await node.sessions.slowEntries();
  return (count === -1 ? entries : entries.slice(0, count)).map(describe);
}

function describe({ id, time, micros, words, addr, name }: SlowEntry): Reply {
  return [id, time, micros, [...words], addr, name];
}

async function reset(_args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  await node.sessions.forgetSlowLog();
  return OK;
}

async function length(_args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  return (await node.sessions.slowEntries()).length;
}

/** The commands of this file. */
export const slowlogCommands = [
  define("slowlog"),
  define("slowlog|get", { run: get }),
  define("slowlog|len", { run: length }),
  define("slowlog|reset", { run: reset }),
];
