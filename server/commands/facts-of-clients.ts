/**
 * The facts of the commands about a client and its connection: greeting, transactions, channels, CLIENT.
 *
 * COMMAND replies in this order. Knows no function.
 */
import type { CommandFlag } from "../clients/command-shape.ts";
import type { Facts } from "./command.ts";
import { ALL_KEYS, facts, LOOKS, ONE_KEY } from "./fact-words.ts";

const FAST: readonly CommandFlag[] = ["fast"];
const BEFORE_PASSWORD: readonly CommandFlag[] = ["fast", "no_auth"];
const RESET: readonly CommandFlag[] = ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"];
const TRANSACTION: readonly CommandFlag[] = ["noscript", "loading", "stale", "fast", "allow_busy"];
const EXEC: readonly CommandFlag[] = ["noscript", "loading", "stale", "skip_slowlog"];
const SUBSCRIBE: readonly CommandFlag[] = ["pubsub", "noscript", "loading", "stale"];
const PUBLISH: readonly CommandFlag[] = ["pubsub", "loading", "stale", "fast"];
const PUBSUB: readonly CommandFlag[] = ["pubsub", "loading", "stale"];
const CLIENT: readonly CommandFlag[] = ["noscript", "loading", "stale"];
const CLIENT_ADMIN: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale"];

/** By full name: `client|list`. */
export const FACTS_OF_CLIENTS = {
  reset: facts(
    { arity: 1, flags: RESET, since: "6.2.0", group: "connection" },
    "Puts the connection into the state of a new one.",
  ),
  ping: facts(
    { arity: -1, flags: FAST, since: "1.0.0", group: "connection" },
    "Returns PONG, or the given message.",
  ),
  echo: facts({ arity: 2, flags: FAST, since: "1.0.0", group: "connection" }, "Returns the given message."),
  quit: facts(
    { arity: -1, flags: BEFORE_PASSWORD, since: "1.0.0", group: "connection" },
    "Closes the connection after the replies to all commands before it.",
  ),
  select: facts(
    { arity: 2, flags: FAST, since: "1.0.0", group: "connection" },
    "Chooses the database, 0 to the directive `databases` less 1.",
  ),
  auth: facts(
    { arity: -2, flags: BEFORE_PASSWORD, since: "1.0.0", group: "connection" },
    "Authenticates the connection.",
  ),
  hello: facts(
    { arity: -1, flags: BEFORE_PASSWORD, since: "6.0.0", group: "connection" },
    "Chooses the dialect, RESP2 or RESP3, and returns facts about the server.",
  ),
  multi: facts(
    { arity: 1, flags: TRANSACTION, since: "1.2.0", group: "transactions" },
    "Queues the commands that follow, until EXEC.",
  ),
  exec: facts(
    { arity: 1, flags: EXEC, since: "1.2.0", group: "transactions" },
    "Executes the queued commands, unless a watched key has changed.",
  ),
  discard: facts(
    { arity: 1, flags: TRANSACTION, since: "2.0.0", group: "transactions" },
    "Forgets the queued commands and the watched keys.",
  ),
  watch: facts(
    { arity: -2, flags: TRANSACTION, keys: ALL_KEYS, keyFlags: LOOKS, since: "2.2.0", group: "transactions" },
    "Lets the next EXEC do nothing if one of the keys changes before it.",
  ),
  unwatch: facts(
    { arity: 1, flags: TRANSACTION, since: "2.2.0", group: "transactions" },
    "Forgets the watched keys.",
  ),
  subscribe: facts(
    { arity: -2, flags: SUBSCRIBE, since: "2.0.0", group: "pubsub" },
    "Subscribes to channels.",
  ),
  unsubscribe: facts(
    { arity: -1, flags: SUBSCRIBE, since: "2.0.0", group: "pubsub" },
    "Ends the subscription to some channels, or to all.",
  ),
  psubscribe: facts(
    { arity: -2, flags: SUBSCRIBE, since: "2.0.0", group: "pubsub" },
    "Subscribes to all channels that match patterns.",
  ),
  punsubscribe: facts(
    { arity: -1, flags: SUBSCRIBE, since: "2.0.0", group: "pubsub" },
    "Ends the subscription to some patterns, or to all.",
  ),
  ssubscribe: facts(
    { arity: -2, flags: SUBSCRIBE, keys: ALL_KEYS, since: "7.0.0", group: "pubsub" },
    "Subscribes to shard channels.",
  ),
  sunsubscribe: facts(
    { arity: -1, flags: SUBSCRIBE, keys: ALL_KEYS, since: "7.0.0", group: "pubsub" },
    "Ends the subscription to some shard channels, or to all.",
  ),
  publish: facts(
    { arity: 3, flags: PUBLISH, since: "2.0.0", group: "pubsub" },
    "Sends a message to the clients of this node that are subscribed to a channel.",
  ),
  spublish: facts(
    { arity: 3, flags: PUBLISH, keys: ONE_KEY, since: "7.0.0", group: "pubsub" },
    "Sends a message to the clients of this node that are subscribed to a shard channel.",
  ),
  pubsub: facts(
    { arity: -2, flags: [], since: "2.8.0", group: "pubsub" },
    "A container for questions about the subscriptions of this node's clients.",
  ),
  "pubsub|channels": facts(
    { arity: -2, flags: PUBSUB, since: "2.8.0", group: "pubsub" },
    "Returns the channels that have subscribers.",
  ),
  "pubsub|numsub": facts(
    { arity: -2, flags: PUBSUB, since: "2.8.0", group: "pubsub" },
    "Returns how many subscribers each of these channels has.",
  ),
  "pubsub|numpat": facts(
    { arity: 2, flags: PUBSUB, since: "2.8.0", group: "pubsub" },
    "Returns how many patterns have subscribers.",
  ),
  "pubsub|shardchannels": facts(
    { arity: -2, flags: PUBSUB, since: "2.8.0", group: "pubsub" },
    "Returns the shard channels that have subscribers.",
  ),
  "pubsub|shardnumsub": facts(
    { arity: -2, flags: PUBSUB, since: "2.8.0", group: "pubsub" },
    "Returns how many subscribers each of these shard channels has.",
  ),
  client: facts(
    { arity: -2, flags: [], since: "2.4.0", group: "connection" },
    "A container for commands about connections.",
  ),
  "client|id": facts(
    { arity: 2, flags: CLIENT, since: "5.0.0", group: "connection" },
    "Returns the number of this connection.",
  ),
  "client|info": facts(
    { arity: 2, flags: CLIENT, since: "6.2.0", group: "connection" },
    "Returns this connection's line of CLIENT LIST.",
  ),
  "client|list": facts(
    { arity: -2, flags: CLIENT_ADMIN, since: "2.4.0", group: "connection" },
    "Returns all connections of this node, a line each.",
  ),
  "client|getname": facts(
    { arity: 2, flags: CLIENT, since: "2.6.9", group: "connection" },
    "Returns the name of this connection.",
  ),
  "client|setname": facts(
    { arity: 3, flags: CLIENT, since: "2.6.9", group: "connection" },
    "Names this connection.",
  ),
  "client|setinfo": facts(
    { arity: 4, flags: CLIENT, since: "7.2.0", group: "connection" },
    "Says which client library uses this connection.",
  ),
  "client|tracking": facts(
    { arity: -3, flags: CLIENT, since: "6.0.0", group: "connection" },
    "Asks to be told when a value that this client has read is no longer true.",
  ),
  "client|caching": facts(
    { arity: 3, flags: CLIENT, since: "6.0.0", group: "connection" },
    "Says whether the keys of the next command are tracked, with OPTIN or OPTOUT.",
  ),
  "client|trackinginfo": facts(
    { arity: 2, flags: CLIENT, since: "6.2.0", group: "connection" },
    "Returns what this connection has asked for with CLIENT TRACKING.",
  ),
  "client|getredir": facts(
    { arity: 2, flags: CLIENT, since: "6.0.0", group: "connection" },
    "Returns 0 when invalidations go to this connection, and -1 when there are none.",
  ),
  "client|no-evict": facts(
    { arity: 3, flags: CLIENT_ADMIN, since: "7.0.0", group: "connection" },
    "Is accepted; the node closes no client to free memory.",
  ),
  "client|no-touch": facts(
    { arity: 3, flags: CLIENT, since: "7.2.0", group: "connection" },
    "Is accepted; reads still count as uses.",
  ),
  "client|kill": facts(
    { arity: -3, flags: CLIENT_ADMIN, reserved: "admin", since: "2.4.0", group: "connection" },
    "Closes one connection by its address, or all that fit ID, ADDR, LADDR, TYPE, USER, MAXAGE, SKIPME.",
  ),
  "client|pause": facts(
    { arity: -3, flags: CLIENT_ADMIN, reserved: "admin", since: "3.0.0", group: "connection" },
    "Holds up all commands of this node's clients, or only WRITE commands, for some milliseconds.",
  ),
  "client|unpause": facts(
    { arity: 2, flags: CLIENT_ADMIN, reserved: "admin", since: "6.2.0", group: "connection" },
    "Ends a pause.",
  ),
  "client|reply": facts(
    { arity: 3, flags: CLIENT, since: "3.2.0", group: "connection" },
    "Turns replies on (ON) or off (OFF), or leaves out the next one (SKIP).",
  ),
  "client|unblock": facts(
    { arity: -3, flags: CLIENT_ADMIN, reserved: "admin", since: "5.0.0", group: "connection" },
    "Returns 0: no command blocks its client.",
  ),
} satisfies Record<string, Facts>;
