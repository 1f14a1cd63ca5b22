/**
 * Commands about what carrotCache does not have: Redis Cluster's slots, moves between databases, replicas, latency events;
 * and LOLWUT.
 *
 * They answer what a Redis without these things answers, because tools and client libraries say these commands first.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply, Verbatim } from "../../proto/reply.ts";
import { version } from "../machine/version.ts";
import type { CommandContext, Work } from "./command.ts";
import { define } from "./define.ts";
import { int64Of, integerOf } from "./words.ts";

const NO_CLUSTER: Work = { local: () => new ErrorReply(errors.clusterDisabled) };

const MAX_INT64 = 2n ** 63n - 1n;

/** What is wrong with a timeout: Redis adds it to the time of day, and the sum has 64 bits. */
function timeoutRefused(word: Buffer, nowMs: number): string | undefined {
  const timeoutMs = int64Of(word);
  if (timeoutMs === undefined) return errors.timeoutNotAnInteger;
  if (timeoutMs < 0n) return errors.timeoutNegative;
  return timeoutMs > MAX_INT64 - BigInt(nowMs) ? errors.timeoutOutOfRange : undefined;
}

/** Returns 0 at once, because this node has no replicas. */
function wait(args: readonly Buffer[], { node }: CommandContext): Reply {
  if (integerOf(args[1]!) === undefined) return new ErrorReply(errors.notAnInteger);
  const refused = timeoutRefused(args[2]!, node.timeOfDayMs());
  return refused === undefined ? 0 : new ErrorReply(refused);
}

/** No write is on a disk, and none on a replica's. */
function waitAof(args: readonly Buffer[], { node }: CommandContext): Reply {
  const [local, replicas] = [integerOf(args[1]!), integerOf(args[2]!)];
  if (local === undefined || replicas === undefined) return new ErrorReply(errors.notAnInteger);
  if (local < 0 || local > 1) return new ErrorReply(errors.outOfRange("value must between 0 and 1"));
  if (replicas < 0) return new ErrorReply(errors.outOfRange("must be positive"));
  const refused = timeoutRefused(args[3]!, node.timeOfDayMs());
  if (refused !== undefined) return new ErrorReply(refused);
  return local > 0 ? new ErrorReply(errors.waitWithoutAof) : [0, 0];
}

const DOCTOR =
  "Latency events are not monitored. SLOWLOG has the commands that took long, /metrics and INFO have the loads.\n";

const CARROT = String.raw`
          \|/  \|/
           \\||//
          .-'~~'-.
          |  ==  |
           \ == /
            \  /
             \/
`;

/** The commands of this file. */
export const absentCommands = [
  define("cluster"),
  define("cluster|info", NO_CLUSTER),
  define("cluster|nodes", NO_CLUSTER),
  define("cluster|slots", NO_CLUSTER),
  define("cluster|shards", NO_CLUSTER),
  define("cluster|myid", NO_CLUSTER),
  define("cluster|links", NO_CLUSTER),
  define("cluster|keyslot", NO_CLUSTER),
  define("cluster|countkeysinslot", NO_CLUSTER),
  define("cluster|getkeysinslot", NO_CLUSTER),
  define("cluster|replicas", NO_CLUSTER),
  define("cluster|slaves", NO_CLUSTER),
  define("cluster|meet", NO_CLUSTER),
  define("cluster|forget", NO_CLUSTER),
  define("cluster|reset", NO_CLUSTER),
  define("cluster|failover", NO_CLUSTER),
  define("readonly", NO_CLUSTER),
  define("readwrite", NO_CLUSTER),
  define("asking", NO_CLUSTER),
  define("swapdb", { local: () => new ErrorReply(errors.notInCluster("SWAPDB")) }),
  define("move", { local: () => new ErrorReply(errors.notInCluster("MOVE")) }),
  define("wait", { run: wait }),
  define("waitaof", { run: waitAof }),
  define("role", { local: () => ["master", 0, []] }),
  define("latency"),
  define("latency|latest", { local: () => [] }),
  define("latency|history", { local: () => [] }),
  define("latency|reset", { local: () => 0 }),
  define("latency|graph", { local: (args) => new ErrorReply(errors.noSamples(args[2]!)) }),
  define("latency|doctor", { local: () => new Verbatim(DOCTOR) }),
  define("latency|histogram", { local: () => new Map<string, Reply>() }),
  define("lolwut", { local: () => new Verbatim(`${CARROT}\ncarrotCache ver. ${version}\n`) }),
];
