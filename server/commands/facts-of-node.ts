/**
 * The facts of the commands about the node and the cluster: COMMAND, CONFIG, INFO, SLOWLOG, ACL, CARROT.* and the
 * commands about what carrotCache does not have.
 *
 * The order is that of COMMAND's reply. Knows no function.
 */
import type { CommandFlag } from "../clients/command-shape.ts";
import type { Facts } from "./command.ts";
import { facts, LOOKS, ONE_KEY } from "./fact-words.ts";

const FAST: readonly CommandFlag[] = ["fast"];
const READ: readonly CommandFlag[] = ["readonly"];
const READ_FAST: readonly CommandFlag[] = ["readonly", "fast"];
const OPEN: readonly CommandFlag[] = ["loading", "stale"];
const CONFIG: readonly CommandFlag[] = ["admin", "loading", "stale"];
const TIME: readonly CommandFlag[] = ["fast", "loading", "stale"];
const ACL: readonly CommandFlag[] = ["noscript", "loading", "stale"];
const ADMIN: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale"];
const SHUTDOWN: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale", "no_multi", "allow_busy"];
const STALE: readonly CommandFlag[] = ["stale"];
const CLUSTER_ADMIN: readonly CommandFlag[] = ["admin", "stale"];
const CLUSTER_MODE: readonly CommandFlag[] = ["loading", "stale", "fast"];
const ROLE: readonly CommandFlag[] = ["noscript", "loading", "stale", "fast"];
const RING: readonly CommandFlag[] = ["admin", "dangerous"];

const NO_CLUSTER = "An error: this is no Redis Cluster, any member answers for any key.";

/** By full name. */
export const FACTS_OF_NODE = {
  command: facts(
    { arity: -1, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "All commands, with their arity, flags and places of keys.",
  ),
  "command|count": facts(
    { arity: 2, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "How many commands there are.",
  ),
  "command|docs": facts(
    { arity: -2, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "What commands are for.",
  ),
  "command|info": facts(
    { arity: -2, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "Arity, flags and places of keys.",
  ),
  "command|list": facts(
    { arity: -2, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "The names of commands.",
  ),
  "command|getkeys": facts(
    { arity: -4, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "The keys in a command's words.",
  ),
  "command|getkeysandflags": facts(
    { arity: -4, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "The same, with what the command does to them.",
  ),
  config: facts(
    { arity: -2, flags: [], since: "2.0.0", group: "server" },
    "A container for configuration commands.",
  ),
  "config|get": facts(
    { arity: -3, flags: CONFIG, since: "2.0.0", group: "server" },
    "The values of directives, by patterns.",
  ),
  "config|set": facts(
    { arity: -4, flags: CONFIG, reserved: "admin", since: "2.0.0", group: "server" },
    "Changes directives while the node runs.",
  ),
  "config|resetstat": facts(
    { arity: 2, flags: CONFIG, reserved: "admin", since: "2.0.0", group: "server" },
    "Sets counters back to zero.",
  ),
  monitor: facts(
    { arity: 1, flags: ADMIN, reserved: "admin", since: "1.0.0", group: "server" },
    "Shows every command that clients of this node have performed, but for those of administrators.",
  ),
  info: facts(
    { arity: -1, flags: OPEN, categories: ["dangerous"], since: "1.0.0", group: "server" },
    "Figures of this node, in sections.",
  ),
  time: facts({ arity: 1, flags: TIME, since: "2.6.0", group: "server" }, "The time of day of this node."),
  shutdown: facts(
    { arity: -1, flags: SHUTDOWN, reserved: "admin", since: "1.0.0", group: "server" },
    "Stops this node after what has been read is answered.",
  ),
  slowlog: facts(
    { arity: -2, flags: [], since: "2.2.12", group: "server" },
    "A container for the log of slow commands.",
  ),
  "slowlog|get": facts(
    { arity: -2, flags: CONFIG, since: "2.2.12", group: "server" },
    "The newest entries: 10, so many, or with -1 all.",
  ),
  "slowlog|len": facts(
    { arity: 2, flags: CONFIG, since: "2.2.12", group: "server" },
    "How many entries there are.",
  ),
  "slowlog|reset": facts(
    { arity: 2, flags: CONFIG, reserved: "admin", since: "2.2.12", group: "server" },
    "Forgets all entries.",
  ),
  acl: facts(
    { arity: -2, flags: [], since: "6.0.0", group: "server" },
    "A container for questions about users: default, and admin with an admin-password.",
  ),
  "acl|whoami": facts({ arity: 2, flags: ACL, since: "6.0.0", group: "server" }, "The name of the user."),
  "acl|cat": facts(
    { arity: -2, flags: ACL, since: "6.0.0", group: "server" },
    "The categories of commands, or the commands of one.",
  ),
  "acl|users": facts({ arity: 2, flags: ADMIN, since: "6.0.0", group: "server" }, "The names of all users."),
  "acl|list": facts(
    { arity: 2, flags: ADMIN, since: "6.0.0", group: "server" },
    "What users may do, as in a Redis' conf.",
  ),
  "acl|log": facts(
    { arity: -2, flags: ADMIN, since: "6.0.0", group: "server" },
    "Nothing: wrong passwords are in the log of the process.",
  ),
  "acl|getuser": facts({ arity: 3, flags: ADMIN, since: "6.0.0", group: "server" }, "Nothing but null."),
  cluster: facts(
    { arity: -2, flags: [], since: "3.0.0", group: "cluster" },
    "A container for commands of Redis Cluster.",
  ),
  "cluster|info": facts({ arity: 2, flags: STALE, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|nodes": facts({ arity: 2, flags: STALE, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|slots": facts({ arity: 2, flags: STALE, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|shards": facts({ arity: 2, flags: STALE, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|myid": facts({ arity: 2, flags: STALE, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|links": facts({ arity: 2, flags: STALE, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|keyslot": facts({ arity: 3, flags: STALE, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|countkeysinslot": facts({ arity: 3, flags: STALE, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|getkeysinslot": facts({ arity: 4, flags: STALE, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|replicas": facts({ arity: 3, flags: CLUSTER_ADMIN, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|slaves": facts({ arity: 3, flags: CLUSTER_ADMIN, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|meet": facts({ arity: -4, flags: CLUSTER_ADMIN, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|forget": facts({ arity: 3, flags: CLUSTER_ADMIN, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|reset": facts({ arity: -2, flags: CLUSTER_ADMIN, since: "3.0.0", group: "cluster" }, NO_CLUSTER),
  "cluster|failover": facts(
    { arity: -2, flags: CLUSTER_ADMIN, since: "3.0.0", group: "cluster" },
    NO_CLUSTER,
  ),
  readonly: facts(
    { arity: 1, flags: CLUSTER_MODE, categories: ["connection"], since: "3.0.0", group: "cluster" },
    NO_CLUSTER,
  ),
  readwrite: facts(
    { arity: 1, flags: CLUSTER_MODE, categories: ["connection"], since: "3.0.0", group: "cluster" },
    NO_CLUSTER,
  ),
  asking: facts(
    { arity: 1, flags: FAST, categories: ["connection"], since: "3.0.0", group: "cluster" },
    NO_CLUSTER,
  ),
  wait: facts(
    { arity: 3, flags: ["noscript"], categories: ["connection"], since: "3.0.0", group: "generic" },
    "Answers 0: nobody replicates this node.",
  ),
  role: facts(
    { arity: 1, flags: ROLE, categories: ["admin", "dangerous"], since: "2.8.12", group: "server" },
    "Master, without replicas.",
  ),
  latency: facts(
    { arity: -2, flags: [], since: "2.8.13", group: "server" },
    "A container for latency events, of which there are none: see SLOWLOG.",
  ),
  "latency|latest": facts(
    { arity: 2, flags: ADMIN, since: "2.8.13", group: "server" },
    "The latest events: none.",
  ),
  "latency|history": facts(
    { arity: 3, flags: ADMIN, since: "2.8.13", group: "server" },
    "The samples of an event: none.",
  ),
  "latency|reset": facts(
    { arity: -2, flags: ADMIN, reserved: "admin", since: "2.8.13", group: "server" },
    "Forgets events, and says how many.",
  ),
  "latency|graph": facts(
    { arity: 3, flags: ADMIN, since: "2.8.13", group: "server" },
    "An error: an event has no samples.",
  ),
  "latency|doctor": facts(
    { arity: 2, flags: ADMIN, since: "2.8.13", group: "server" },
    "Where to look instead.",
  ),
  "latency|histogram": facts(
    { arity: -2, flags: ADMIN, since: "2.8.13", group: "server" },
    "The distribution of commands: none.",
  ),
  lolwut: facts({ arity: -1, flags: READ_FAST, since: "5.0.0", group: "server" }, "A carrot."),
  "carrot.peers": facts(
    { arity: -1, flags: READ, since: "0.1.0", group: "carrot" },
    "The members of the ring, an entry a member.",
  ),
  "carrot.peers|add": facts(
    { arity: -3, flags: RING, reserved: "ring", since: "0.1.0", group: "carrot" },
    "Adds members to the ring, on every member.",
  ),
  "carrot.peers|remove": facts(
    { arity: -3, flags: RING, reserved: "ring", since: "0.1.0", group: "carrot" },
    "Takes members out of the ring, on every member.",
  ),
  "carrot.peers|set": facts(
    { arity: -3, flags: RING, reserved: "ring", since: "0.1.0", group: "carrot" },
    "Puts these members, and no others, into the ring.",
  ),
  "carrot.owner": facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: LOOKS, since: "0.1.0", group: "carrot" },
    "The id of the member that owns a key.",
  ),
  "carrot.stats": facts(
    { arity: -1, flags: READ, since: "0.1.0", group: "carrot" },
    "The counters of a group, or of all groups added up.",
  ),
  "carrot.groups": facts(
    { arity: 1, flags: READ, since: "0.1.0", group: "carrot" },
    "The groups with their limits and loaders, an entry a group.",
  ),
} satisfies Record<string, Facts>;
