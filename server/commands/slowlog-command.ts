/**
 * SLOWLOG: the last commands of this node's clients that took long, of all threads.
 */

import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import type { SlowEntry } from "../sessions/slow-log.ts";
import type { Command, CommandContext } from "./command.ts";
import { integerOf } from "./connection-commands.ts";

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

function subcommand(name: string, arity: number, summary: string, run: NonNullable<Command["run"]>): Command {
  return {
    name,
    arity,
    flags: ["admin", "loading", "stale"],
    summary,
    since: "2.2.12",
    group: "server",
    run,
  };
}

/** SLOWLOG with its subcommands. */
export const slowlogCommand: Command = {
  name: "slowlog",
  arity: -2,
  flags: [],
  summary: "A container for the log of slow commands.",
  since: "2.2.12",
  group: "server",
  subcommands: [
    subcommand("get", -2, "The newest entries: 10, so many, or with -1 all.", get),
    subcommand(
      "len",
      2,
      "How many entries there are.",
      async (_args, { node }) => (await node.sessions.slowEntries()).length,
    ),
    subcommand("reset", 2, "Forgets all entries.", reset),
  ],
};
