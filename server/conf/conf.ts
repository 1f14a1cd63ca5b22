/**
 * What a node is told before it starts: carrot.conf, read, checked and worked out.
 *
 * Owns the shape only. Everything is in its final unit (bytes, milliseconds, fractions), every default is
 * filled in and every rule between directives holds: who is handed a NodeConf never checks it again.
 */

import type { Eviction } from "../store/layout.ts";
import type { Place } from "./conf-error.ts";

export type { Eviction };
export type LogLevel = "debug" | "verbose" | "notice" | "warning" | "nothing";

/** The fields that a directive of the node sets. */
export interface NodeFields {
  readonly bind: readonly string[];
  /** 0: any free port. */
  readonly port: number;
  /** Port for the other members; of no meaning while `peers` is empty. */
  readonly peerPort: number;
  /** 0: no HTTP. */
  readonly httpPort: number;
  /** The ids of all members, this node's too, in the order of the conf; empty: the node is alone. */
  readonly peers: readonly string[];
  /** This node's id: its canonical `host:port`. */
  readonly peerAddress: string;
  /** 32 bits, unsigned. */
  readonly ringSeed: number;
  readonly virtualNodes: number;
  /** Empty: none. */
  readonly clusterSecret: string;
  /** What all groups may hold together, mirrors included. */
  readonly maxBytes: number;
  readonly eviction: Eviction;
  readonly maxClients: number;
  /** Empty: clients need no password. */
  readonly requirePass: string;
  /** Empty: what changes the cluster or the node needs no second password. */
  readonly adminPassword: string;
  /** Without a password only clients on this machine are let in. */
  readonly protectedMode: boolean;
  /** How long a client may be idle; 0: for ever. */
  readonly timeoutMs: number;
  /** How long a client may leave a command half sent, or take nothing of what waits for it; 0: for ever. */
  readonly stallTimeoutMs: number;
  /** After how long a silent connection is asked whether it is still there; 0: never. */
  readonly keepAliveMs: number;
  readonly loglevel: LogLevel;
  /** Empty: standard output. Relative to the directory the node was started in. */
  readonly logfile: string;
  readonly threads: number | "auto";
  readonly peerTimeoutMs: number;
  readonly shutdownTimeoutMs: number;
  readonly maxKeyBytes: number;
  /** The longest command that a client may send. */
  readonly maxCommandBytes: number;
  /** How much may wait for a client that does not read. */
  readonly maxOutputBytes: number;
  /** How much may wait for it longer than `softOutputMs`; 0: as much as `maxOutputBytes`. */
  readonly softOutputBytes: number;
  readonly softOutputMs: number;
  /** How many commands of one client may wait for their replies. */
  readonly maxPendingCommands: number;
  /** How many keys may be remembered for clients that cache by themselves. */
  readonly trackingMaxKeys: number;
  /** What SLOWLOG calls slow; negative: nothing is. */
  readonly slowlogMicros: number;
  readonly slowlogEntries: number;
}

/** Where a group loads from; the words are as in the conf, the loader's factory gives them their meaning. */
export interface LoaderConf {
  readonly kind: string;
  readonly args: readonly string[];
  /** The line it stands on, for errors: `carrot.conf:12`. */
  readonly where: string;
  /** Absolute; what a relative path in `args` is relative to. */
  readonly directory: string;
}

/** The fields that a directive of a group sets. */
export interface GroupFields {
  /** What the keys of this group start with; empty for group `default`. */
  readonly prefix: Buffer;
  readonly loader: LoaderConf;
  /** The group's limit, mirrors included. */
  readonly maxBytes: number;
  /** The part of the limit that mirrors may hold, 0 to 1. */
  readonly mirrorShare: number;
  /** 0: for ever. */
  readonly ttlMs: number;
  /** By how much of itself a lifetime is shortened at most, at random, 0 to 1. */
  readonly ttlJitter: number;
  /** 0: "not found" is not cached. */
  readonly negativeTtlMs: number;
  readonly loaderTimeoutMs: number;
  readonly loaderConcurrency: number;
  readonly loaderQueue: number;
  readonly maxValueBytes: number;
}

export interface GroupConf extends GroupFields {
  readonly name: string;
  /** `mirrorShare` in bytes; part of `maxBytes`. */
  readonly mirrorBytes: number;
}

export interface NodeConf extends NodeFields {
  /** As the user gave it; undefined: no conf file. */
  readonly file: string | undefined;
  readonly groups: readonly GroupConf[];
  /** Where each directive that was given stands, by its full name: `port`, `group scores ttl`. */
  readonly places: ReadonlyMap<string, Place>;
}
