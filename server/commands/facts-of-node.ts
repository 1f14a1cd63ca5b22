/**
 * The facts of the commands about the node and the cluster: COMMAND, CONFIG, INFO, SLOWLOG, ACL, CARROT.*, and those
 * about what carrotCache does not have.
 *
 * COMMAND replies in this order. Knows no function.
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
const FUNCTION_STATS: readonly CommandFlag[] = ["noscript", "allow_busy"];
const RING: readonly CommandFlag[] = ["admin", "dangerous"];

const NO_CLUSTER = "Returns an error: this is no Redis Cluster, any member answers for any key.";

/** By full name: `client|list`. */
export const FACTS_OF_NODE = {
  command: facts(
    { arity: -1, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "Returns all commands, with arity, flags and places of keys.",
  ),
  "command|count": facts(
    { arity: 2, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "Returns the number of commands.",
  ),
  "command|docs": facts(
    { arity: -2, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "Returns what commands are for.",
  ),
  "command|info": facts(
    { arity: -2, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "Returns the arity, flags and places of keys of commands.",
  ),
  "command|list": facts(
    { arity: -2, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "Returns the names of commands.",
  ),
  "command|getkeys": facts(
    { arity: -4, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "Returns the keys among the words of a command.",
  ),
  "command|getkeysandflags": facts(
    { arity: -4, flags: OPEN, categories: ["connection"], since: "2.8.13", group: "server" },
    "Returns the keys among the words of a command, and what it does to them.",
  ),
  config: facts(
    { arity: -2, flags: [], since: "2.0.0", group: "server" },
    "A container for commands about directives.",
  ),
  "config|get": facts(
    { arity: -3, flags: CONFIG, since: "2.0.0", group: "server" },
    "Returns the values of the directives that match patterns.",
  ),
  "config|set": facts(
    { arity: -4, flags: CONFIG, reserved: "admin", since: "2.0.0", group: "server" },
    "Changes directives while the node runs.",
  ),
  "config|rewrite": facts(
    { arity: 2, flags: CONFIG, reserved: "admin", since: "2.8.0", group: "server" },
    "Writes what CONFIG SET has changed into the conf file.",
  ),
  "config|resetstat": facts(
    { arity: 2, flags: CONFIG, reserved: "admin", since: "2.0.0", group: "server" },
    "Sets counters back to zero.",
  ),
  monitor: facts(
    { arity: 1, flags: ADMIN, reserved: "admin", since: "1.0.0", group: "server" },
    "Shows every command that clients of this node have performed, except administrators' commands.",
  ),
  info: facts(
    { arity: -1, flags: OPEN, categories: ["dangerous"], since: "1.0.0", group: "server" },
    "Returns the figures of this node, in sections.",
  ),
  time: facts(
    { arity: 1, flags: TIME, since: "2.6.0", group: "server" },
    "Returns the time of day of this node.",
  ),
  shutdown: facts(
    { arity: -1, flags: SHUTDOWN, reserved: "admin", since: "1.0.0", group: "server" },
    "Stops this node after it has answered what it has read.",
  ),
  slowlog: facts(
    { arity: -2, flags: [], since: "2.2.12", group: "server" },
    "A container for commands about the log of slow commands.",
  ),
  "slowlog|get": facts(
    { arity: -2, flags: CONFIG, since: "2.2.12", group: "server" },
    "Returns the newest entries: 10 of them, or the given number, or all with -1.",
  ),
  "slowlog|len": facts(
    { arity: 2, flags: CONFIG, since: "2.2.12", group: "server" },
    "Returns the number of entries.",
  ),
  "slowlog|reset": facts(
    { arity: 2, flags: CONFIG, reserved: "admin", since: "2.2.12", group: "server" },
    "Forgets all entries.",
  ),
  acl: facts(
    { arity: -2, flags: [], since: "6.0.0", group: "server" },
    "A container for questions about users: default, and admin with an admin-password.",
  ),
  "acl|whoami": facts(
    { arity: 2, flags: ACL, since: "6.0.0", group: "server" },
    "Returns the name of this connection's user.",
  ),
  "acl|cat": facts(
    { arity: -2, flags: ACL, since: "6.0.0", group: "server" },
    "Returns the categories of commands, or the commands of one category.",
  ),
  "acl|users": facts(
    { arity: 2, flags: ADMIN, since: "6.0.0", group: "server" },
    "Returns the names of all users.",
  ),
  "acl|list": facts(
    { arity: 2, flags: ADMIN, since: "6.0.0", group: "server" },
    "Returns what users may do, in the words of Redis' conf.",
  ),
  "acl|log": facts(
    { arity: -2, flags: ADMIN, reserved: "admin", since: "6.0.0", group: "server" },
    "Returns the newest wrong passwords and refused commands, or forgets them with RESET.",
  ),
  "acl|getuser": facts(
    { arity: 3, flags: ADMIN, since: "6.0.0", group: "server" },
    "Returns what a user may do. Passwords are hidden.",
  ),
  "acl|genpass": facts(
    { arity: -2, flags: ACL, since: "6.0.0", group: "server" },
    "Returns random hex digits: 256 bits, or the given number of bits.",
  ),
  "acl|dryrun": facts(
    { arity: -4, flags: ADMIN, since: "7.0.0", group: "server" },
    "Says whether a user may say a command.",
  ),
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
    "Returns 0: no replica has to be waited for.",
  ),
  waitaof: facts(
    { arity: 4, flags: ["noscript"], categories: ["connection"], since: "7.2.0", group: "generic" },
    "Returns two zeros: nothing is written to a disk.",
  ),
  role: facts(
    { arity: 1, flags: ROLE, categories: ["admin", "dangerous"], since: "2.8.12", group: "server" },
    "Returns that this node is a master without replicas.",
  ),
  latency: facts(
    { arity: -2, flags: [], since: "2.8.13", group: "server" },
    "A container for commands about latency events, of which there are none: see SLOWLOG.",
  ),
  "latency|latest": facts({ arity: 2, flags: ADMIN, since: "2.8.13", group: "server" }, "Returns no event."),
  "latency|history": facts(
    { arity: 3, flags: ADMIN, since: "2.8.13", group: "server" },
    "Returns no sample.",
  ),
  "latency|reset": facts(
    { arity: -2, flags: ADMIN, reserved: "admin", since: "2.8.13", group: "server" },
    "Returns 0: there is no event to forget.",
  ),
  "latency|graph": facts(
    { arity: 3, flags: ADMIN, since: "2.8.13", group: "server" },
    "Returns an error: an event has no samples.",
  ),
  "latency|doctor": facts(
    { arity: 2, flags: ADMIN, since: "2.8.13", group: "server" },
    "Says where the figures about latency are.",
  ),
  "latency|histogram": facts(
    { arity: -2, flags: ADMIN, since: "2.8.13", group: "server" },
    "Returns no distribution.",
  ),
  debug: facts(
    { arity: -2, flags: ADMIN, reserved: "admin", since: "1.0.0", group: "server" },
    "Does what test suites ask for, where enable-debug-command allows it.",
  ),
  module: facts(
    { arity: -2, flags: [], since: "4.0.0", group: "server" },
    "A container for commands about modules, of which there are none.",
  ),
  "module|list": facts(
    { arity: 2, flags: ["admin", "noscript"], since: "4.0.0", group: "server" },
    "Returns no module.",
  ),
  lastsave: facts(
    { arity: 1, flags: TIME, categories: ["admin", "dangerous"], since: "1.0.0", group: "server" },
    "Returns the time of the start: nothing is ever saved.",
  ),
  function: facts(
    { arity: -2, flags: [], since: "7.0.0", group: "scripting" },
    "A container for commands about functions, of which there are none.",
  ),
  "function|list": facts(
    { arity: -2, flags: ["noscript"], since: "7.0.0", group: "scripting" },
    "Returns no library.",
  ),
  "function|stats": facts(
    { arity: 2, flags: FUNCTION_STATS, since: "7.0.0", group: "scripting" },
    "Returns that no function runs, and that there are none.",
  ),
  lolwut: facts({ arity: -1, flags: READ_FAST, since: "5.0.0", group: "server" }, "Draws a carrot."),
  "carrot.peers": facts(
    { arity: -1, flags: READ, since: "0.1.0", group: "carrot" },
    "Returns the members of the ring, an entry a member.",
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
    "Makes these members the ring, on every member.",
  ),
  "carrot.owner": facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: LOOKS, since: "0.1.0", group: "carrot" },
    "Returns the id of the member that owns a key.",
  ),
  "carrot.stats": facts(
    { arity: -1, flags: READ, since: "0.1.0", group: "carrot" },
    "Returns the counters of a group, or of all groups added up.",
  ),
  "carrot.groups": facts(
    { arity: 1, flags: READ, since: "0.1.0", group: "carrot" },
    "Returns the groups with their limits and loaders, an entry a group.",
  ),
} satisfies Record<string, Facts>;
