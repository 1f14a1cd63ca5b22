/**
 * The directives of a group: `group NAME DIRECTIVE VALUE`.
 *
 * Owns their names, kinds, defaults and help. A row is keyed by the field of `GroupConf` that it sets, and the field's
 * type follows from the row's kind. Rules between directives are in group-rules.ts.
 */

import { MAX_DATABASES } from "../store/database-key.ts";
import { type FieldsOf, fixed, live, MAX_BULK_BYTES, MAX_TIMER_MS } from "./directive.ts";
import * as kind from "./kinds.ts";
import { DAY, KIB } from "./units.ts";

/** The smallest limit under which a group can hold an entry worth caching. */
export const MIN_GROUP_BYTES = KIB;
/** Ten years: nobody notices the difference between a longer lifetime and one without an end. */
const MAX_TTL_MS = 3650 * DAY;

export const groupDirectives = {
  /** Where the values come from. */
  loader: fixed("loader", kind.loader(), "none", "the origin: module PATH, http URL or none"),
  /** The group's limit, mirrors included. */
  maxBytes: live(
    "maxmemory",
    kind.bytes({ min: MIN_GROUP_BYTES }),
    { follows: "equal share" },
    "the group's part of the node's maxmemory",
  ),
  /** The database whose keys the group takes. */
  database: fixed(
    "database",
    kind.integer(0, MAX_DATABASES - 1),
    "0",
    "the database whose keys the group takes",
  ),
  /** What the group's keys start with; empty for the group `default`. */
  prefix: fixed("prefix", kind.rawBytes("TEXT"), { follows: "NAME:" }, "what the group's keys start with"),
  /** 0: for ever. */
  ttlMs: live("ttl", kind.duration({ max: MAX_TTL_MS }), "0", "how long a loaded value lives; 0 for ever"),
  /** The largest part of a lifetime that is cut off at random, 0 to 1. */
  ttlJitter: live("ttl-jitter", kind.percent(1), "10%", "largest part of a lifetime cut off at random"),
  /** 0: "not found" is not cached. */
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
  /** The part of the group's limit that mirrors may hold, 0 to 1. */
  mirrorShare: fixed(
    "mirror-memory",
    kind.percent(0.9),
    "12.5%",
    "part of maxmemory for copies of peers' entries",
  ),
} as const;

/** What the directives of a group say, in final units. */
export type GroupFields = FieldsOf<typeof groupDirectives>;
