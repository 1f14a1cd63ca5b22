/**
 * SUBSCRIBE and its kin, PUBLISH, PUBSUB.
 *
 * A message reaches the clients of all members; the reply counts those of this node, as in Redis Cluster.
 */
import { errors } from "../../proto/error-texts.ts";
import { matchesGlob } from "../../proto/glob.ts";
import type { Answer } from "../../proto/reply.ts";
import { ErrorReply, Push, type Reply, Several } from "../../proto/reply.ts";
import type { SubscriptionKind } from "../clients/session.ts";
import { keptSize } from "../clients/transaction.ts";
import type { CommandContext, LocalContext } from "./command.ts";
import { define } from "./define.ts";
import { nameOf } from "./words.ts";

/** The number of subscriptions that a reply tells the client. As in Redis, shard channels are counted apart. */
function total({ connection }: LocalContext, kind: SubscriptionKind): number {
  const { session } = connection;
  return kind === "shards" ? session.count("shards") : session.count("channels") + session.count("patterns");
}

function subscribe(kind: SubscriptionKind) {
  return (args: readonly Buffer[], context: LocalContext): Reply => {
    const { connection, conf, sessions } = context;
    const word = nameOf(args[0]!);
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
    const word = nameOf(args[0]!);
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

/** The commands of this file. */
export const pubsubCommands = [
  define("subscribe", { local: subscribe("channels") }),
  define("unsubscribe", { local: unsubscribe("channels") }),
  define("psubscribe", { local: subscribe("patterns") }),
  define("punsubscribe", { local: unsubscribe("patterns") }),
  define("ssubscribe", { local: subscribe("shards") }),
  define("sunsubscribe", { local: unsubscribe("shards") }),
  define("publish", { run: publish("channels") }),
  define("spublish", { run: publish("shards") }),
  define("pubsub"),
  define("pubsub|channels", { run: channelsOf("channels") }),
  define("pubsub|numsub", { run: listenersOf("channels") }),
  define("pubsub|numpat", { run: patterns }),
  define("pubsub|shardchannels", { run: channelsOf("shards") }),
  define("pubsub|shardnumsub", { run: listenersOf("shards") }),
];
