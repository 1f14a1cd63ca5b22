/**
 * Commands about things that carrotCache does not have: Redis Cluster's slots, replicas, latency events. They
 * answer what a Redis without these things answers, because tools and clients ask before they do anything else.
 */

import { errors } from "../../proto/error-texts.ts";
import { Double, ErrorReply, OK, type Reply, Verbatim } from "../../proto/reply.ts";
import type { CommandFlag } from "../clients/command-shape.ts";
import { sumFigures } from "../groups/group-figures.ts";
import { version } from "../machine/version.ts";
import type { Command, CommandContext } from "./command.ts";
import { integerOf } from "./connection-commands.ts";

const ADMIN: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale"];
const NO_CLUSTER = () => new ErrorReply(errors.clusterDisabled);

type Local = NonNullable<Command["local"]>;

function of(
  group: Command["group"],
  since: string,
  flags: readonly CommandFlag[],
): (name: string, arity: number, summary: string, local: Local, others?: Partial<Command>) => Command {
  return (name, arity, summary, local, others) => {
    return { name, arity, flags, summary, since, group, local, ...others };
  };
}

const clusterSubcommand = of("cluster", "3.0.0", ["stale"]);
const clusterAdmin = of("cluster", "3.0.0", ["admin", "stale"]);
const NO_CLUSTER_TEXT = "An error: this is no Redis Cluster, any member answers for any key.";
/** Those that clients ask for, with their arity. */
const CLUSTER_ARITY: Readonly<Record<string, number>> = {
  ...{ info: 2, nodes: 2, slots: 2, shards: 2, myid: 2, links: 2, keyslot: 3, countkeysinslot: 3 },
  getkeysinslot: 4,
};
const CLUSTER_ADMIN_ARITY: Readonly<Record<string, number>> = {
  ...{ replicas: 3, slaves: 3, meet: -4, forget: 3, reset: -2, failover: -2 },
};

const clusterCommand: Command = {
  name: "cluster",
  arity: -2,
  flags: [],
  summary: "A container for commands of Redis Cluster.",
  since: "3.0.0",
  group: "cluster",
  subcommands: [
    ...Object.entries(CLUSTER_ARITY).map(([name, arity]) =>
      clusterSubcommand(name, arity, NO_CLUSTER_TEXT, NO_CLUSTER),
    ),
    ...Object.entries(CLUSTER_ADMIN_ARITY).map(([name, arity]) =>
      clusterAdmin(name, arity, NO_CLUSTER_TEXT, NO_CLUSTER),
    ),
  ],
};

const clusterMode = of("cluster", "3.0.0", ["loading", "stale", "fast"]);

/** Nobody replicates anything: there is nothing to wait for. */
function wait(args: readonly Buffer[]): Reply {
  if (integerOf(args[1]!) === undefined) return new ErrorReply(errors.notAnInteger);
  const timeoutMs = integerOf(args[2]!);
  if (timeoutMs === undefined) return new ErrorReply(errors.timeoutNotAnInteger);
  return timeoutMs < 0 ? new ErrorReply(errors.timeoutNegative) : 0;
}

const latencySubcommand = of("server", "2.8.13", ADMIN);
const DOCTOR =
  "Latency events are not monitored. SLOWLOG has the commands that took long, /metrics and INFO have the loads.\n";

const latencyCommand: Command = {
  name: "latency",
  arity: -2,
  flags: [],
  summary: "A container for latency events, of which there are none: see SLOWLOG.",
  since: "2.8.13",
  group: "server",
  subcommands: [
    latencySubcommand("latest", 2, "The latest events: none.", () => []),
    latencySubcommand("history", 3, "The samples of an event: none.", () => []),
    latencySubcommand("reset", -2, "Forgets events, and says how many.", () => 0),
    latencySubcommand("graph", 3, "An error: an event has no samples.", (args) => {
      return new ErrorReply(errors.noSamples(args[2]!));
    }),
    latencySubcommand("doctor", 2, "Where to look instead.", () => new Verbatim(DOCTOR)),
    latencySubcommand("histogram", -2, "The distribution of commands: none.", () => new Map<string, Reply>()),
  ],
};

const serverRole = of("server", "2.8.12", ["noscript", "loading", "stale", "fast"]);
const artwork = of("server", "5.0.0", ["readonly", "fast"]);
const CARROT = String.raw`
          \|/  \|/
           \\||//
          .-'~~'-.
          |  ==  |
           \ == /
            \  /
             \/
`;

/** The figures of MEMORY STATS that are true of carrotCache, in Redis' order. */
function memoryStats(_args: readonly Buffer[], { node }: CommandContext): Reply {
  const { usedBytes, mirrorUsedBytes, entries } = sumFigures(node.cache.groups.all);
  const { rss, heapUsed } = process.memoryUsage();
  const dataset = usedBytes + mirrorUsedBytes;
  const total = dataset + heapUsed;
  return new Map<string, Reply>([
    ["peak.allocated", total],
    ["total.allocated", total],
    ["clients.slaves", 0],
    ["overhead.total", heapUsed],
    ["keys.count", entries],
    ["keys.bytes-per-key", entries === 0 ? 0 : Math.floor(usedBytes / entries)],
    ["dataset.bytes", dataset],
    ["dataset.percentage", new Double((100 * dataset) / total)],
    ["fragmentation", new Double(rss / total)],
    ["fragmentation.bytes", rss - total],
  ]);
}

const memorySubcommand = of("server", "4.0.0", []);

/** MEMORY's subcommands that are not about a key. */
export const memorySubcommands: readonly Command[] = [
  {
    name: "stats",
    arity: 2,
    flags: [],
    summary: "What the memory of this process is used for.",
    since: "4.0.0",
    group: "server",
    run: memoryStats,
  },
  memorySubcommand(
    "doctor",
    2,
    "Where to look.",
    () => new Verbatim("Nothing to say: see INFO memory and CARROT.STATS.\n"),
  ),
  memorySubcommand("purge", 2, "Accepted without effect.", () => OK),
  memorySubcommand("malloc-stats", 2, "Nothing: the allocator keeps none.", () => new Verbatim("")),
];

/** The commands of this file. */
export const absentCommands: readonly Command[] = [
  clusterCommand,
  clusterMode("readonly", 1, NO_CLUSTER_TEXT, NO_CLUSTER, { group: "cluster" }),
  clusterMode("readwrite", 1, NO_CLUSTER_TEXT, NO_CLUSTER),
  clusterMode("asking", 1, NO_CLUSTER_TEXT, NO_CLUSTER, { flags: ["fast"] }),
  of("generic", "3.0.0", ["noscript"])("wait", 3, "Answers 0: nobody replicates this node.", wait),
  serverRole("role", 1, "Master, without replicas.", () => ["master", 0, []]),
  latencyCommand,
  artwork("lolwut", -1, "A carrot.", () => new Verbatim(`${CARROT}\ncarrotCache ver. ${version}\n`)),
];
