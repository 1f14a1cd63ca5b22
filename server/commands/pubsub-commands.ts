/**
 * SUBSCRIBE and its kin, PUBLISH, PUBSUB.
 *
 * A message is heard by the clients of this node, on all its threads, and not by those of other members.
 */

import { errors } from "../../proto/error-texts.ts";
import { matchesGlob } from "../../proto/glob.ts";
import type { Answer } from "../../proto/reply.ts";
import { ErrorReply, Push, type Reply, Several } from "../../proto/reply.ts";
import type { CommandFlag } from "../clients/command-shape.ts";
import type { SubscriptionKind } from "../clients/session.ts";
import { keptSize } from "../clients/transaction.ts";
import type { Command, CommandContext, LocalContext } from "./command.ts";

const FLAGS: readonly CommandFlag[] = ["pubsub", "noscript", "loading", "stale"];
const REPORT_FLAGS: readonly CommandFlag[] = ["pubsub", "loading", "stale"];
const PUBLISH_FLAGS: readonly CommandFlag[] = ["pubsub", "loading", "stale", "fast"];

/** What a client is told that it is subscribed to now. */
function total({ connection }: LocalContext, kind: SubscriptionKind): number {
  const { session } = connection;
  return kind === "shards" ? session.count("shards") : session.count("channels") + session.count("patterns");
}

function subscribe(kind: SubscriptionKind) {
  return (args: readonly Buffer[], context: LocalContext): Reply => {
    const { connection, conf, sessions } = context;
    const word = args[0]!.toString("latin1").toLowerCase();
    const names = args.slice(1);
    if (!connection.session.mayKeep(keptSize(names), conf.maxCommandBytes))
      return new ErrorReply(errors.keepsTooMuch(conf.maxCommandBytes));
    const replies = names.map((name) => {
      sessions.pubSub.subscribe(kind, name.toString("latin1"), connection);
      return new Push([word, Buffer.from(name), total(context, kind)]);
    });
    return new Several(replies);
  };
}

function unsubscribe(kind: SubscriptionKind) {
  return (args: readonly Buffer[], context: LocalContext): Reply => {
    const { connection, sessions } = context;
    const word = args[0]!.toString("latin1").toLowerCase();
    const given = args.slice(1).map((name) => name.toString("latin1"));
    const names = given.length > 0 ? given : connection.session.names(kind);
    if (names.length === 0) return new Push([word, null, total(context, kind)]);
    const replies = names.map((name) => {
      sessions.pubSub.unsubscribe(kind, name, connection);
      return new Push([word, Buffer.from(name, "latin1"), total(context, kind)]);
    });
    return new Several(replies);
  };
}

function publish(kind: "channels" | "shards") {
  return (args: readonly Buffer[], { node }: CommandContext): Answer =>
    node.sessions.publish(kind, Buffer.from(args[1]!), Buffer.from(args[2]!));
}

function channelsOf(kind: SubscriptionKind) {
  return async (args: readonly Buffer[], { node }: CommandContext): Promise<Reply> => {
    if (args.length > 3) return new ErrorReply(errors.unknownForm(args[1]!, "PUBSUB"));
    const pattern = args[2]?.toString("latin1");
    const names = [...(await node.sessions.subscriptions(kind)).keys()];
    return names
      .filter((name) => pattern === undefined || matchesGlob(pattern, name))
      .map((name) => Buffer.from(name, "latin1"));
  };
}

function listenersOf(kind: SubscriptionKind) {
  return async (args: readonly Buffer[], { node }: CommandContext): Promise<Reply> => {
    const names = args.slice(2).map((name) => Buffer.from(name));
    const counts = await node.sessions.subscriptions(kind);
    return names.flatMap((name) => [name, counts.get(name.toString("latin1")) ?? 0]);
  };
}

async function patterns(_args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  return (await node.sessions.subscriptions("patterns")).size;
}

function listening(
  name: string,
  arity: number,
  summary: string,
  since: string,
  local: NonNullable<Command["local"]>,
): Command {
  const keys = since === "7.0.0" ? { keys: { first: 1, last: -1, step: 1 } } : {};
  return { name, arity, flags: FLAGS, ...keys, summary, since, group: "pubsub", local };
}

function report(name: string, arity: number, summary: string, run: NonNullable<Command["run"]>): Command {
  return { name, arity, flags: REPORT_FLAGS, summary, since: "2.8.0", group: "pubsub", run };
}

/** The commands of this file. */
export const pubsubCommands: readonly Command[] = [
  listening("subscribe", -2, "Listens to channels.", "2.0.0", subscribe("channels")),
  listening(
    "unsubscribe",
    -1,
    "Ends listening to channels, or to all of them.",
    "2.0.0",
    unsubscribe("channels"),
  ),
  listening("psubscribe", -2, "Listens to all channels that match patterns.", "2.0.0", subscribe("patterns")),
  listening(
    "punsubscribe",
    -1,
    "Ends listening to patterns, or to all of them.",
    "2.0.0",
    unsubscribe("patterns"),
  ),
  listening("ssubscribe", -2, "Listens to shard channels.", "7.0.0", subscribe("shards")),
  listening(
    "sunsubscribe",
    -1,
    "Ends listening to shard channels, or all of them.",
    "7.0.0",
    unsubscribe("shards"),
  ),
  {
    name: "publish",
    arity: 3,
    flags: PUBLISH_FLAGS,
    summary: "Sends a message to the clients of this node that listen to a channel.",
    since: "2.0.0",
    group: "pubsub",
    run: publish("channels"),
  },
  {
    name: "spublish",
    arity: 3,
    flags: PUBLISH_FLAGS,
    keys: { first: 1, last: 1, step: 1 },
    summary: "Sends a message to the clients of this node that listen to a shard channel.",
    since: "7.0.0",
    group: "pubsub",
    run: publish("shards"),
  },
  {
    name: "pubsub",
    arity: -2,
    flags: [],
    summary: "A container for questions about channels, as far as clients of this node listen.",
    since: "2.8.0",
    group: "pubsub",
    subcommands: [
      report("channels", -2, "Channels that somebody listens to.", channelsOf("channels")),
      report("numsub", -2, "How many listen to each of these channels.", listenersOf("channels")),
      report("numpat", 2, "How many patterns are listened to.", patterns),
      report("shardchannels", -2, "Shard channels that somebody listens to.", channelsOf("shards")),
      report("shardnumsub", -2, "How many listen to each of these shard channels.", listenersOf("shards")),
    ],
  },
];
