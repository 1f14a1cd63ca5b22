/**
 * Commands that read, look at and delete entries.
 *
 * GET and MGET load what is not cached; the others never do. A connection answers hits of both before they come here.
 */
import type { Glimpse } from "../../cluster/outcome.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import type { ClusterChanges } from "../changes/cluster-changes.ts";
import { outcomeReply } from "../clients/outcome-reply.ts";
import type { Command, CommandContext, Run } from "./command.ts";
import { define } from "./define.ts";
import { glimpse, glimpsing, tooLong } from "./key-access.ts";
import { allReady, whenReady } from "./ready.ts";
import { inTurn } from "./whole-commands.ts";
import { wordOf } from "./words.ts";

function get(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const refused = tooLong(args.slice(1), context);
  return refused ?? whenReady(context.node.cache.get(args[1]!, context.reader), outcomeReply);
}

/** One failed load fails the whole MGET, because clients have no place for an error inside the array. */
function mget(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const keys = args.slice(1);
  const refused = tooLong(keys, context);
  if (refused !== undefined) return refused;
  const outcomes = allReady(keys.map((key) => context.node.cache.get(key, context.reader)));
  return whenReady(outcomes, (all) => {
    const replies = all.map(outcomeReply);
    return replies.find((reply) => reply instanceof ErrorReply) ?? replies;
  });
}

function exists(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const refused = tooLong(args.slice(1), context);
  if (refused !== undefined) return refused;
  const count = (all: Glimpse[]) => all.filter(({ kind }) => kind === "value").length;
  return whenReady(glimpse(args.slice(1), context), count);
}

/** -2 for no entry, -1 for no expiry, else the time until the expiry in units of `unitMs`, rounded as Redis rounds. */
function ttl(unitMs: number): (glimpse: Glimpse) => Reply {
  return ({ kind, ttlMs }) => {
    if (kind !== "value") return -2;
    return ttlMs === undefined ? -1 : Math.floor((Math.ceil(ttlMs) + unitMs / 2) / unitMs);
  };
}

export function del(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const keys = args.slice(1).map((key) => Buffer.from(key));
  return tooLong(keys, context) ?? context.node.cache.changes.remove(keys, { by: context.client.id });
}

function flushing(flush: (changes: ClusterChanges, by: number, database: number) => Promise<void>): Run {
  return async (args, { node, client, database }) => {
    const word = args[1] && wordOf(args[1]);
    if (args.length > 2 || (word !== undefined && word !== "sync" && word !== "async"))
      return new ErrorReply(errors.syntax);
    await flush(node.cache.changes, client.id, database);
    return OK;
  };
}

/** Its connection waits for it, so that what comes behind it in a pipeline is done behind it. */
const flushdb: Command = define("flushdb", {
  run: flushing((changes, by, database) => changes.flushSlowly(database, { by })),
  local: (args, context) => inTurn(flushdb, args, context),
});

/** The commands of this file. */
export const keyCommands = [
  define("get", { run: get }),
  define("mget", { run: mget }),
  define("exists", { run: exists }),
  define("ttl", { run: glimpsing(ttl(1000)) }),
  define("pttl", { run: glimpsing(ttl(1)) }),
  define("strlen", { run: glimpsing(({ kind, bytes }) => (kind === "value" ? bytes : 0)) }),
  define("del", { run: del }),
  define("unlink", { run: del }),
  define("dbsize", { run: (_args, { node, database }) => node.cache.holdings.count(database) }),
  define("flushall", { run: flushing((changes, by) => changes.flush({ by })) }),
  flushdb,
];
