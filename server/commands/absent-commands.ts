/**
 * Commands about what carrotCache does not have: Redis Cluster's slots, moves between databases, replicas, latency events;
 * and LOLWUT.
 *
 * They answer what a Redis without these things answers, because tools and client libraries say these commands first.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply, Verbatim } from "../../proto/reply.ts";
import { version } from "../machine/version.ts";
import type { Work } from "./command.ts";
import { define } from "./define.ts";
import { integerOf } from "./words.ts";

const NO_CLUSTER: Work = { local: () => new ErrorReply(errors.clusterDisabled) };

/** Returns 0 at once, because this node has no replicas. */
function wait(args: readonly Buffer[]): Reply {
  if (integerOf(args[1]!) === undefined) return new ErrorReply(errors.notAnInteger);
  const timeoutMs = integerOf(args[2]!);
  if (timeoutMs === undefined) return new ErrorReply(errors.timeoutNotAnInteger);
  return timeoutMs < 0 ? new ErrorReply(errors.timeoutNegative) : 0;
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
  define("wait", { local: wait }),
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
