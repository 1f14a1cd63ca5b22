/**
 * The directives of the node.
 *
 * Owns their names, kinds, defaults and help. A row is keyed by the field of `NodeConf` that it sets, and the field's
 * type follows from the row's kind. Rules between directives are in member-rules.ts and group-rules.ts.
 */

import { MAX_DATABASES } from "../store/database-key.ts";
import { type FieldsOf, fixed, live, MAX_BULK_BYTES, MAX_TIMER_MS } from "./directive.ts";
import { MIN_GROUP_BYTES } from "./group-directives.ts";
import * as kind from "./kinds.ts";
import { KIB, MIB } from "./units.ts";

export const nodeDirectives = {
  bind: fixed("bind", kind.hosts(), "127.0.0.1", "addresses to listen on"),
  /** 0: any free port; beside a unix socket: none. */
  port: fixed("port", kind.integer(0, 65535), "6390", "port for clients; 0 takes any free one"),
  /** Empty: none. A relative path starts at the directory that the node was started in. */
  unixSocket: fixed("unixsocket", kind.text("PATH"), '""', "unix socket for clients; empty: none"),
  /** 0: as the umask says. */
  unixSocketPerm: fixed(
    "unixsocketperm",
    kind.permissions(),
    "0",
    "permissions of the unix socket, such as 700",
  ),
  /** The port for other members; without meaning while `peers` is empty. */
  peerPort: fixed("peer-port", kind.integer(0, 65535), { follows: "port + 10000" }, "port for other members"),
  /** 0: no HTTP. */
  httpPort: fixed("http-port", kind.integer(0, 65535), "0", "port for HTTP: /api, /metrics; 0 is off"),
  /** The ids of all members, this node's too, in the order of the conf; empty: the node is alone. */
  peers: fixed(
    "peers",
    kind.members(),
    { follows: "alone" },
    "every member, this node too; any order",
    "repeatable",
  ),
  /** This node's id: its canonical `host:port`. */
  peerAddress: fixed(
    "peer-address",
    kind.memberAddress(),
    { follows: "bind:peer-port" },
    "this node's own entry in peers",
  ),
  /** 32 bits, unsigned. */
  ringSeed: fixed("ring-seed", kind.seed(), "0", "number or text; the same on every member"),
  virtualNodes: fixed(
    "virtual-nodes",
    kind.integer(1, 4096),
    "512",
    "points on the ring; the same on every member",
  ),
  /** Empty: none. */
  clusterSecret: fixed(
    "cluster-secret",
    kind.text("TEXT"),
    '""',
    "secret that all members share",
    "sensitive",
  ),
  /** What all groups may hold together, mirrors included. */
  maxBytes: fixed("maxmemory", kind.bytes({ min: MIN_GROUP_BYTES }), "256mb", "limit of all groups together"),
  eviction: fixed(
    "eviction",
    kind.choice("POLICY", ["s3fifo", "lru", "noeviction"]),
    "s3fifo",
    "s3fifo, lru or noeviction",
  ),
  databases: fixed("databases", kind.integer(1, MAX_DATABASES), "16", "databases that SELECT knows"),
  maxClients: live("maxclients", kind.integer(1, 1_000_000), "10000", "clients at the same time"),
  /** Empty: clients need no password. */
  requirePass: live("requirepass", kind.text("TEXT"), '""', "password for clients; empty: none", "sensitive"),
  /** Empty: commands that change the cluster or the node need no second password. */
  adminPassword: live(
    "admin-password",
    kind.text("TEXT"),
    '""',
    "password for commands that change the cluster",
    "sensitive",
  ),
  /** Whether a node without a password lets in only clients on this machine. */
  protectedMode: live("protected-mode", kind.yesNo(), "yes", "no requirepass: clients of this machine only"),
  /** How long a client may be idle; 0: for ever. */
  timeoutMs: live(
    "timeout",
    kind.seconds({ max: MAX_TIMER_MS }),
    "0",
    "idle time before a client is closed; 0 never",
  ),
  /** How long a client may leave a command half sent, or read none of its replies; 0: for ever. */
  stallTimeoutMs: live(
    "stall-timeout",
    kind.duration({ max: MAX_TIMER_MS }),
    "30s",
    "time before a stuck client is closed; 0 never",
  ),
  /** Silence after which the kernel probes a connection; 0: never. */
  keepAliveMs: live(
    "tcp-keepalive",
    kind.seconds({ max: MAX_TIMER_MS }),
    "60",
    "silence before a client is probed; 0 never",
  ),
  loglevel: live(
    "loglevel",
    kind.choice("LEVEL", ["debug", "verbose", "notice", "warning", "nothing"]),
    "notice",
    "debug, verbose, notice, warning, nothing",
  ),
  /** Empty: standard output. A relative path starts at the directory that the node was started in. */
  logfile: fixed("logfile", kind.text("PATH"), '""', "where the log goes; empty: standard output"),
  /** Of the log, wherever it goes, and of the lines that the command prints. */
  logFormat: fixed(
    "log-format",
    kind.choice("FORMAT", ["text", "json"]),
    "text",
    "lines of the log: text or json",
  ),
  threads: fixed("threads", kind.threads(256), "1", "threads that serve clients; auto: one a core"),
  peerTimeoutMs: live(
    "peer-timeout",
    kind.duration({ min: 1, max: MAX_TIMER_MS }),
    "1s",
    "how long a peer may take to answer",
  ),
  shutdownTimeoutMs: live(
    "shutdown-timeout",
    kind.duration({ max: MAX_TIMER_MS }),
    "10s",
    "how long a shutdown may take",
  ),
  maxKeyBytes: live("max-key-size", kind.bytes({ min: 1, max: MIB }), "8kb", "longest key"),
  /** The longest command that a client may send, all arguments together. */
  maxCommandBytes: live(
    "client-query-buffer-limit",
    kind.bytes({ min: 64 * KIB, max: MAX_BULK_BYTES }),
    "64mb",
    "longest command a client may send",
  ),
  /** How many bytes may wait for a client that does not read. */
  maxOutputBytes: live(
    "client-output-buffer-limit",
    kind.bytes({ min: 64 * KIB }),
    "64mb",
    "most bytes of replies that wait for a client",
  ),
  /** A client with more bytes than this waiting for `softOutputMs` is closed; 0: no such limit. */
  softOutputBytes: live(
    "client-output-soft-limit",
    kind.bytes({}),
    "16mb",
    "most bytes that wait longer than the soft time",
  ),
  softOutputMs: live(
    "client-output-soft-time",
    kind.duration({ max: MAX_TIMER_MS }),
    "10s",
    "how long a client may be above the soft limit",
  ),
  /** How many commands of one client may wait for their replies. */
  maxPendingCommands: live(
    "max-pending-commands",
    kind.integer(1, 1_000_000),
    "1024",
    "commands of one client under way at a time",
  ),
  /** How many keys the node remembers for clients that cache by themselves. */
  trackingMaxKeys: live(
    "tracking-table-max-keys",
    kind.integer(1, 16_000_000),
    "1000000",
    "keys remembered for client-side caching",
  ),
  /** Which events of keys clients can hear of, as eventClassesOf writes it. */
  keyEventClasses: live(
    "notify-keyspace-events",
    kind.eventClasses(),
    '""',
    "keyspace notifications; letters as in redis.conf",
  ),
  /** SLOWLOG keeps a command that takes at least this long; 0: every command; negative: none. */
  slowlogMicros: live(
    "slowlog-log-slower-than",
    kind.integer(-1, 1e12),
    "100000",
    "microseconds; -1 logs nothing",
  ),
  slowlogEntries: live("slowlog-max-len", kind.integer(0, 100_000), "128", "entries that SLOWLOG keeps"),
} as const;

/** What the directives of the node say, in final units. */
export type NodeFields = FieldsOf<typeof nodeDirectives>;
