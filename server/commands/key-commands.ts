/**
 * Commands on keys: reading, looking, deleting.
 *
 * GET and MGET load what is missing; the others never do. A hit is answered in `connection.ts` before it gets here.
 */
import type { Glimpse } from "../../cluster/outcome.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import { toReply } from "../clients/outcome-reply.ts";
import { memorySubcommands } from "./absent-commands.ts";
import type { Command, CommandContext } from "./command.ts";
import { integerOf } from "./connection-commands.ts";
import { ALL_KEYS, ONE_KEY, tooLong } from "./key-args.ts";

async function get(args: readonly Buffer[], context: CommandContext): Promise<Reply> {
  return tooLong(args.slice(1), context) ?? toReply(await context.node.cache.get(args[1]!, context.reader));
}

/** One failed load fails the whole MGET: clients have no place for an error inside the array. */
async function mget(args: readonly Buffer[], context: CommandContext): Promise<Reply> {
  const keys = args.slice(1);
  const refused = tooLong(keys, context);
  if (refused !== undefined) return refused;
  const replies = (await Promise.all(keys.map((key) => context.node.cache.get(key, context.reader)))).map(
    toReply,
  );
  return replies.find((reply) => reply instanceof ErrorReply) ?? replies;
}

/** Asks the owners of keys what they hold, without a load. */
function look(keys: readonly Buffer[], { node, reader }: CommandContext): Promise<Glimpse[]> {
  return Promise.all(keys.map((key) => node.cache.holdings.look(Buffer.from(key), { reader })));
}

/** A command on one key that replies with a figure of what its owner holds. */
function figure(read: (glimpse: Glimpse) => Reply, keyAt = 1): Command["run"] {
  return async (args, context) => {
    const key = args[keyAt]!;
    return tooLong([key], context) ?? read((await look([key], context))[0]!);
  };
}

async function exists(args: readonly Buffer[], context: CommandContext): Promise<Reply> {
  const refused = tooLong(args.slice(1), context);
  if (refused !== undefined) return refused;
  return (await look(args.slice(1), context)).filter((glimpse) => glimpse.kind === "value").length;
}

/** -2: no such key, -1: does not expire, else the rest of its life in units of `unitMs`, rounded as Redis rounds. */
function ttl(unitMs: number): (glimpse: Glimpse) => Reply {
  return ({ kind, ttlMs }) => {
    if (kind !== "value") return -2;
    return ttlMs === undefined ? -1 : Math.floor((Math.ceil(ttlMs) + unitMs / 2) / unitMs);
  };
}

async function del(args: readonly Buffer[], context: CommandContext): Promise<Reply> {
  const keys = args.slice(1).map((key) => Buffer.from(key));
  return tooLong(keys, context) ?? context.node.cache.changes.remove(keys, { by: context.client.id });
}

async function flush(args: readonly Buffer[], { node, client }: CommandContext): Promise<Reply> {
  const word = args[1]?.toString().toLowerCase();
  if (args.length > 2 || (word !== undefined && word !== "sync" && word !== "async")) {
    return new ErrorReply(errors.syntax);
  }
  await node.cache.changes.flush({ by: client.id });
  return OK;
}

/** What is wrong with the words behind MEMORY USAGE's key; there is nothing to sample, but clients may say it. */
function samplesRefused(words: readonly Buffer[]): string | undefined {
  for (let i = 0; i < words.length; i += 2) {
    if (i + 1 === words.length || words[i]!.toString().toLowerCase() !== "samples") return errors.syntax;
    const samples = integerOf(words[i + 1]!);
    if (samples === undefined) return errors.notAnInteger;
    if (samples < 0) return errors.syntax;
  }
  return undefined;
}

const memoryUsage: Command = {
  name: "usage",
  arity: -3,
  flags: ["readonly"],
  keys: { first: 2, last: 2, step: 1 },
  summary: "Bytes an entry takes of its group's limit: key, value and bookkeeping.",
  since: "4.0.0",
  group: "server",
  run: (args, context) => {
    const refused = samplesRefused(args.slice(3));
    if (refused !== undefined) return new ErrorReply(refused);
    return figure(({ kind, footprintBytes }) => (kind === "value" ? footprintBytes : null), 2)!(
      args,
      context,
    );
  },
};

/** The commands of this file. */
export const keyCommands: readonly Command[] = [
  {
    name: "get",
    arity: 2,
    flags: ["readonly", "fast"],
    keys: ONE_KEY,
    summary: "The value of a key, loaded from its group's origin if it is not cached.",
    since: "1.0.0",
    group: "string",
    run: get,
  },
  {
    name: "mget",
    arity: -2,
    flags: ["readonly", "fast"],
    keys: ALL_KEYS,
    summary: "The values of keys; those missed together are loaded together.",
    since: "1.0.0",
    group: "string",
    run: mget,
  },
  {
    name: "exists",
    arity: -2,
    flags: ["readonly", "fast"],
    keys: ALL_KEYS,
    summary: "How many of the keys are cached. Never loads.",
    since: "1.0.0",
    group: "generic",
    run: exists,
  },
  {
    name: "ttl",
    arity: 2,
    flags: ["readonly", "fast"],
    keys: ONE_KEY,
    summary: "Seconds until a cached entry expires. Never loads.",
    since: "1.0.0",
    group: "generic",
    run: figure(ttl(1000)),
  },
  {
    name: "pttl",
    arity: 2,
    flags: ["readonly", "fast"],
    keys: ONE_KEY,
    summary: "Milliseconds until a cached entry expires. Never loads.",
    since: "2.6.0",
    group: "generic",
    run: figure(ttl(1)),
  },
  {
    name: "strlen",
    arity: 2,
    flags: ["readonly", "fast"],
    keys: ONE_KEY,
    summary: "Length of a cached value in bytes. Never loads.",
    since: "2.2.0",
    group: "string",
    run: figure(({ kind, bytes }) => (kind === "value" ? bytes : 0)),
  },
  {
    name: "del",
    arity: -2,
    flags: ["write"],
    keys: ALL_KEYS,
    summary: "Deletes entries at their owners and at every copy, and voids loads under way.",
    since: "1.0.0",
    group: "generic",
    run: del,
  },
  {
    name: "unlink",
    arity: -2,
    flags: ["write", "fast"],
    keys: ALL_KEYS,
    summary: "The same as DEL.",
    since: "4.0.0",
    group: "generic",
    run: del,
  },
  {
    name: "dbsize",
    arity: 1,
    flags: ["readonly", "fast"],
    summary: "Entries held by all members of the cluster; copies are not counted.",
    since: "1.0.0",
    group: "server",
    run: (_args, { node }) => node.cache.holdings.count(),
  },
  {
    name: "flushall",
    arity: -1,
    flags: ["write", "dangerous"],
    summary: "Deletes every entry of the whole cluster.",
    since: "1.0.0",
    group: "server",
    run: flush,
  },
  {
    name: "flushdb",
    arity: -1,
    flags: ["write", "dangerous"],
    summary: "The same as FLUSHALL: there is one database.",
    since: "1.0.0",
    group: "server",
    run: flush,
  },
  {
    name: "memory",
    arity: -2,
    flags: [],
    summary: "A container for memory diagnostics.",
    since: "4.0.0",
    group: "server",
    subcommands: [memoryUsage, ...memorySubcommands],
  },
];
