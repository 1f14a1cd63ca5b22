/**
 * The table of all directives: the one place that knows their names, kinds, defaults and help.
 *
 * Owns what feeds the reader, `--help`, CONFIG GET and SET and the test that compares it with carrot.conf. A
 * row is keyed by the field it sets, and the compiler holds the row's kind to the field's type. Rules between
 * directives are elsewhere (members.ts, groups.ts).
 */

import type { GroupFields, NodeFields } from "./conf.ts";
import * as kind from "./kinds.ts";
import { DAY, KIB, MIB } from "./units.ts";

/** Node's timers hold 2^31-1 ms, somewhat more than 24 days. */
const MAX_TIMER_MS = 24 * DAY;
/** Longer lives are no different from 0, for ever. */
const MAX_TTL_MS = 3650 * DAY;
/** Bulk strings in Redis' protocol end here, and so do values that clients can read. */
const MAX_BULK_BYTES = 512 * MIB;
/** The smallest limit under which a group can hold an entry worth caching. */
export const MIN_GROUP_BYTES = KIB;

export interface Directive<T = unknown, Name extends string = string> {
  readonly name: Name;
  readonly kind: kind.Kind<T>;
  /** As one would write it after the name; or in which way it follows from others. */
  readonly default: string | { readonly follows: string };
  readonly help: string;
  /** Whether CONFIG SET takes it. */
  readonly changeable: boolean;
  /** Several lines add up; otherwise a second one is a mistake. */
  readonly repeatable: boolean;
  /** The value is shown to nobody: not in errors, not by CONFIG GET. */
  readonly sensitive: boolean;
}

export const nodeDirectives = {
  bind: fixed("bind", kind.hosts(), "127.0.0.1", "addresses to listen on"),
  port: fixed("port", kind.integer(0, 65535), "6390", "port for clients; 0 takes any free one"),
  peerPort: fixed("peer-port", kind.integer(0, 65535), { follows: "port + 10000" }, "port for other members"),
  httpPort: fixed("http-port", kind.integer(0, 65535), "0", "port for HTTP: /api, /metrics; 0 is off"),
  peers: fixed(
    "peers",
    kind.members(),
    { follows: "alone" },
    "every member, this node too; any order",
    "repeatable",
  ),
  peerAddress: fixed(
    "peer-address",
    kind.memberAddress(),
    { follows: "bind:peer-port" },
    "this node in peers; its id",
  ),
  ringSeed: fixed("ring-seed", kind.seed(), "0", "number or text; the same on every member"),
  virtualNodes: fixed(
    "virtual-nodes",
    kind.integer(1, 4096),
    "512",
    "points on the ring; the same on every member",
  ),
  clusterSecret: fixed(
    "cluster-secret",
    kind.text("TEXT"),
    '""',
    "what members prove to each other",
    "sensitive",
  ),
  maxBytes: fixed(
    "maxmemory",
    kind.bytes({ min: MIN_GROUP_BYTES }),
    "256mb",
    "what all groups may hold together",
  ),
  eviction: fixed(
    "eviction",
    kind.choice("POLICY", ["s3fifo", "lru", "noeviction"]),
    "s3fifo",
    "s3fifo, lru or noeviction",
  ),
  maxClients: live("maxclients", kind.integer(1, 1_000_000), "10000", "clients at the same time"),
  requirePass: live("requirepass", kind.text("TEXT"), '""', "password for clients; empty: none", "sensitive"),
  adminPassword: live(
    "admin-password",
    kind.text("TEXT"),
    '""',
    "password for what changes the cluster",
    "sensitive",
  ),
  protectedMode: live(
    "protected-mode",
    kind.yesNo(),
    "yes",
    "without a password: clients of this machine only",
  ),
  timeoutMs: live(
    "timeout",
    kind.seconds({ max: MAX_TIMER_MS }),
    "0",
    "closes clients idle for so long; 0 never",
  ),
  stallTimeoutMs: live(
    "stall-timeout",
    kind.duration({ max: MAX_TIMER_MS }),
    "30s",
    "closes clients stuck in a command or a reply",
  ),
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
  logfile: fixed("logfile", kind.text("PATH"), '""', "where the log goes; empty: standard output"),
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
  maxCommandBytes: live(
    "client-query-buffer-limit",
    kind.bytes({ min: 64 * KIB, max: MAX_BULK_BYTES }),
    "64mb",
    "longest command a client may send",
  ),
  maxOutputBytes: live(
    "client-output-buffer-limit",
    kind.bytes({ min: 64 * KIB }),
    "64mb",
    "what may wait for a client to read",
  ),
  softOutputBytes: live(
    "client-output-soft-limit",
    kind.bytes({}),
    "16mb",
    "what may wait for longer; 0 is no limit",
  ),
  softOutputMs: live(
    "client-output-soft-time",
    kind.duration({ max: MAX_TIMER_MS }),
    "10s",
    "how long more than that may wait",
  ),
  maxPendingCommands: live(
    "max-pending-commands",
    kind.integer(1, 1_000_000),
    "1024",
    "commands of a client under way",
  ),
  trackingMaxKeys: live(
    "tracking-table-max-keys",
    kind.integer(1, 100_000_000),
    "1000000",
    "keys remembered for client-side caching",
  ),
  slowlogMicros: live(
    "slowlog-log-slower-than",
    kind.integer(-1, 1e12),
    "100000",
    "microseconds; -1 logs nothing",
  ),
  slowlogEntries: live("slowlog-max-len", kind.integer(0, 100_000), "128", "entries that SLOWLOG keeps"),
} satisfies { readonly [F in keyof NodeFields]: Directive<NodeFields[F]> };

export const groupDirectives = {
  loader: fixed("loader", kind.loader(), "none", "where from: module PATH, http URL, none"),
  maxBytes: fixed(
    "maxmemory",
    kind.bytes({ min: MIN_GROUP_BYTES }),
    { follows: "equal share" },
    "the group's part of the node's maxmemory",
  ),
  prefix: fixed("prefix", kind.rawBytes("TEXT"), { follows: "NAME:" }, "what the group's keys start with"),
  ttlMs: live("ttl", kind.duration({ max: MAX_TTL_MS }), "0", "how long a loaded value lives; 0 for ever"),
  ttlJitter: live("ttl-jitter", kind.percent(1), "10%", "by how much a life is cut, at random"),
  negativeTtlMs: live(
    "negative-ttl",
    kind.duration({ max: MAX_TTL_MS }),
    "1s",
    'how long "not found" is kept; 0 is off',
  ),
  loaderTimeoutMs: live(
    "loader-timeout",
    kind.duration({ min: 1, max: MAX_TIMER_MS }),
    "2s",
    "how long a load may take",
  ),
  loaderConcurrency: live("loader-concurrency", kind.integer(1, 100_000), "64", "loads at the same time"),
  loaderQueue: live(
    "loader-queue",
    kind.integer(0, 10_000_000),
    "10000",
    "loads that may wait for their turn",
  ),
  maxValueBytes: fixed("max-value-size", kind.bytes({ min: 1, max: MAX_BULK_BYTES }), "8mb", "longest value"),
  mirrorShare: fixed("mirror-memory", kind.percent(0.9), "12.5%", "part of it for copies of peers' entries"),
} satisfies { readonly [F in keyof GroupFields]: Directive<GroupFields[F]> };

/** A row with the field it sets and whom it is about. */
export interface Row extends Directive {
  readonly field: string;
  readonly scope: "node" | "group";
}

/** Every directive, in the order of the table. */
export const directives: readonly Row[] = [
  ...Object.entries(nodeDirectives).map(([field, row]) => ({ ...row, field, scope: "node" as const })),
  ...Object.entries(groupDirectives).map(([field, row]) => ({ ...row, field, scope: "group" as const })),
];

/** The row of a directive by its name in lower case. */
export function findDirective(scope: Row["scope"], name: string): Row | undefined {
  return directives.find((row) => row.scope === scope && row.name === name);
}

type Flag = "repeatable" | "sensitive";

/** A directive that holds for the life of the process. */
function fixed<T, const Name extends string>(
  name: Name,
  of: kind.Kind<T>,
  by: Directive["default"],
  help: string,
  flag?: Flag,
): Directive<T, Name> {
  return {
    name,
    kind: of,
    default: by,
    help,
    changeable: false,
    repeatable: flag === "repeatable",
    sensitive: flag === "sensitive",
  };
}

/** A directive that CONFIG SET can change while the node runs. */
function live<T, const Name extends string>(
  name: Name,
  of: kind.Kind<T>,
  by: Directive["default"],
  help: string,
  flag?: Flag,
): Directive<T, Name> {
  return { ...fixed(name, of, by, help, flag), changeable: true };
}
