/**
 * The facts of the commands about a client and its connection: greeting, transactions, channels, CLIENT.
 *
 * The order is that of COMMAND's reply. Knows no function.
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

/** By full name. */
export const FACTS_OF_CLIENTS = {
  reset: facts(
    { arity: 1, flags: RESET, since: "6.2.0", group: "connection" },
    "Puts the connection into the state of a new one.",
  ),
  ping: facts({ arity: -1, flags: FAST, since: "1.0.0", group: "connection" }, "PONG, or the message given."),
  echo: facts({ arity: 2, flags: FAST, since: "1.0.0", group: "connection" }, "The message given."),
  quit: facts(
    { arity: -1, flags: BEFORE_PASSWORD, since: "1.0.0", group: "connection" },
    "Closes the connection after the replies of the commands before.",
  ),
  select: facts(
    { arity: 2, flags: FAST, since: "1.0.0", group: "connection" },
    "Chooses the database; there is only 0.",
  ),
  auth: facts(
    { arity: -2, flags: BEFORE_PASSWORD, since: "1.0.0", group: "connection" },
    "Authenticates the connection.",
  ),
  hello: facts(
    { arity: -1, flags: BEFORE_PASSWORD, since: "6.0.0", group: "connection" },
    "Chooses the dialect, 2 or 3, and tells about the server.",
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
    "Has the next EXEC do nothing if one of the keys changes before it.",
  ),
  unwatch: facts(
    { arity: 1, flags: TRANSACTION, since: "2.2.0", group: "transactions" },
    "Forgets the watched keys.",
  ),
  subscribe: facts({ arity: -2, flags: SUBSCRIBE, since: "2.0.0", group: "pubsub" }, "Listens to channels."),
  unsubscribe: facts(
    { arity: -1, flags: SUBSCRIBE, since: "2.0.0", group: "pubsub" },
    "Ends listening to channels, or to all of them.",
  ),
  psubscribe: facts(
    { arity: -2, flags: SUBSCRIBE, since: "2.0.0", group: "pubsub" },
    "Listens to all channels that match patterns.",
  ),
  punsubscribe: facts(
    { arity: -1, flags: SUBSCRIBE, since: "2.0.0", group: "pubsub" },
    "Ends listening to patterns, or to all of them.",
  ),
  ssubscribe: facts(
    { arity: -2, flags: SUBSCRIBE, keys: ALL_KEYS, since: "7.0.0", group: "pubsub" },
    "Listens to shard channels.",
  ),
  sunsubscribe: facts(
    { arity: -1, flags: SUBSCRIBE, keys: ALL_KEYS, since: "7.0.0", group: "pubsub" },
    "Ends listening to shard channels, or all of them.",
  ),
  publish: facts(
    { arity: 3, flags: PUBLISH, since: "2.0.0", group: "pubsub" },
    "Sends a message to the clients of this node that listen to a channel.",
  ),
  spublish: facts(
    { arity: 3, flags: PUBLISH, keys: ONE_KEY, since: "7.0.0", group: "pubsub" },
    "Sends a message to the clients of this node that listen to a shard channel.",
  ),
  pubsub: facts(
    { arity: -2, flags: [], since: "2.8.0", group: "pubsub" },
    "A container for questions about channels, as far as clients of this node listen.",
  ),
  "pubsub|channels": facts(
    { arity: -2, flags: PUBSUB, since: "2.8.0", group: "pubsub" },
    "Channels that somebody listens to.",
  ),
  "pubsub|numsub": facts(
    { arity: -2, flags: PUBSUB, since: "2.8.0", group: "pubsub" },
    "How many listen to each of these channels.",
  ),
  "pubsub|numpat": facts(
    { arity: 2, flags: PUBSUB, since: "2.8.0", group: "pubsub" },
    "How many patterns are listened to.",
  ),
  "pubsub|shardchannels": facts(
    { arity: -2, flags: PUBSUB, since: "2.8.0", group: "pubsub" },
    "Shard channels that somebody listens to.",
  ),
  "pubsub|shardnumsub": facts(
    { arity: -2, flags: PUBSUB, since: "2.8.0", group: "pubsub" },
    "How many listen to each of these shard channels.",
  ),
  client: facts(
    { arity: -2, flags: [], since: "2.4.0", group: "connection" },
    "A container for client connection commands.",
  ),
  "client|id": facts(
    { arity: 2, flags: CLIENT, since: "5.0.0", group: "connection" },
    "The number of this connection.",
  ),
  "client|info": facts(
    { arity: 2, flags: CLIENT, since: "6.2.0", group: "connection" },
    "This connection's line of CLIENT LIST.",
  ),
  "client|list": facts(
    { arity: -2, flags: CLIENT_ADMIN, since: "2.4.0", group: "connection" },
    "All connections of this node, a line each.",
  ),
  "client|getname": facts(
    { arity: 2, flags: CLIENT, since: "2.6.9", group: "connection" },
    "This connection's name.",
  ),
  "client|setname": facts(
    { arity: 3, flags: CLIENT, since: "2.6.9", group: "connection" },
    "Names this connection.",
  ),
  "client|setinfo": facts(
    { arity: 4, flags: CLIENT, since: "7.2.0", group: "connection" },
    "Tells which client library this is.",
  ),
  "client|tracking": facts(
    { arity: -3, flags: CLIENT, since: "6.0.0", group: "connection" },
    "Client-side caching: asks to be told when what was read no longer holds.",
  ),
  "client|caching": facts(
    { arity: 3, flags: CLIENT, since: "6.0.0", group: "connection" },
    "With OPTIN or OPTOUT: whether the keys of the next command are remembered.",
  ),
  "client|trackinginfo": facts(
    { arity: 2, flags: CLIENT, since: "6.2.0", group: "connection" },
    "What this connection has asked for with CLIENT TRACKING.",
  ),
  "client|getredir": facts(
    { arity: 2, flags: CLIENT, since: "6.0.0", group: "connection" },
    "Where invalidations go: 0 to this connection, -1 nowhere.",
  ),
  "client|no-evict": facts(
    { arity: 3, flags: CLIENT_ADMIN, since: "7.0.0", group: "connection" },
    "Accepted without effect.",
  ),
  "client|no-touch": facts(
    { arity: 3, flags: CLIENT, since: "7.2.0", group: "connection" },
    "Accepted without effect.",
  ),
  "client|kill": facts(
    { arity: -3, flags: CLIENT_ADMIN, reserved: "admin", since: "2.4.0", group: "connection" },
    "Closes connections: one by its address, or all that fit ID, ADDR, LADDR, TYPE, USER, SKIPME.",
  ),
  "client|pause": facts(
    { arity: -3, flags: CLIENT_ADMIN, reserved: "admin", since: "3.0.0", group: "connection" },
    "Holds up all commands of this node's clients, or those that WRITE, for so many milliseconds.",
  ),
  "client|unpause": facts(
    { arity: 2, flags: CLIENT_ADMIN, reserved: "admin", since: "6.2.0", group: "connection" },
    "Ends a pause.",
  ),
  "client|reply": facts(
    { arity: 3, flags: CLIENT, since: "3.2.0", group: "connection" },
    "Replies from now on (ON), not at all (OFF), or not to the next command (SKIP).",
  ),
  "client|unblock": facts(
    { arity: -3, flags: CLIENT_ADMIN, reserved: "admin", since: "5.0.0", group: "connection" },
    "Answers 0: no command blocks its client.",
  ),
} satisfies Record<string, Facts>;
