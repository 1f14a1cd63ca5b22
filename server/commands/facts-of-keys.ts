/**
 * The facts of the commands on keys: strings, lifetimes, SCAN and its kin, MEMORY, OBJECT.
 *
 * The order is that of COMMAND's reply. Knows no function.
 */
import type { CommandFlag } from "../clients/command-shape.ts";
import type { Facts } from "./command.ts";
import {
  ALL_KEYS,
  CHANGES,
  DELETES,
  EVERY_SECOND,
  facts,
  INSERTS,
  LOOKS,
  ONE_KEY,
  OVERWRITES,
  READS,
  SECOND_WORD,
  SWAPS,
  TAKES,
} from "./fact-words.ts";

const READ: readonly CommandFlag[] = ["readonly"];
const READ_FAST: readonly CommandFlag[] = ["readonly", "fast"];
const WRITE: readonly CommandFlag[] = ["write"];
const WRITE_FAST: readonly CommandFlag[] = ["write", "fast"];
const SET: readonly CommandFlag[] = ["write", "denyoom"];
const SET_FAST: readonly CommandFlag[] = ["write", "denyoom", "fast"];
const FLUSH: readonly CommandFlag[] = ["write", "dangerous"];

/** By full name. */
export const FACTS_OF_KEYS = {
  get: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: READS, since: "1.0.0", group: "string" },
    "The value of a key, loaded from its group's origin if it is not cached.",
  ),
  mget: facts(
    { arity: -2, flags: READ_FAST, keys: ALL_KEYS, keyFlags: READS, since: "1.0.0", group: "string" },
    "The values of keys; those missed together are loaded together.",
  ),
  exists: facts(
    { arity: -2, flags: READ_FAST, keys: ALL_KEYS, keyFlags: LOOKS, since: "1.0.0", group: "generic" },
    "How many of the keys are cached. Never loads.",
  ),
  ttl: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: READS, since: "1.0.0", group: "generic" },
    "Seconds until a cached entry expires. Never loads.",
  ),
  pttl: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: READS, since: "2.6.0", group: "generic" },
    "Milliseconds until a cached entry expires. Never loads.",
  ),
  strlen: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: LOOKS, since: "2.2.0", group: "string" },
    "Length of a cached value in bytes. Never loads.",
  ),
  del: facts(
    { arity: -2, flags: WRITE, keys: ALL_KEYS, keyFlags: DELETES, since: "1.0.0", group: "generic" },
    "Deletes entries at their owners and at every copy, and voids loads under way.",
  ),
  unlink: facts(
    { arity: -2, flags: WRITE_FAST, keys: ALL_KEYS, keyFlags: DELETES, since: "4.0.0", group: "generic" },
    "The same as DEL.",
  ),
  dbsize: facts(
    { arity: 1, flags: READ_FAST, categories: ["keyspace"], since: "1.0.0", group: "server" },
    "Entries held by all members of the cluster; copies are not counted.",
  ),
  flushall: facts(
    { arity: -1, flags: FLUSH, categories: ["keyspace"], reserved: "admin", since: "1.0.0", group: "server" },
    "Deletes every entry of the whole cluster.",
  ),
  flushdb: facts(
    { arity: -1, flags: FLUSH, categories: ["keyspace"], reserved: "admin", since: "1.0.0", group: "server" },
    "The same as FLUSHALL: there is one database.",
  ),
  memory: facts(
    { arity: -2, flags: [], since: "4.0.0", group: "server" },
    "A container for memory diagnostics.",
  ),
  "memory|usage": facts(
    { arity: -3, flags: READ, keys: SECOND_WORD, keyFlags: LOOKS, since: "4.0.0", group: "server" },
    "Bytes an entry takes of its group's limit: key, value and bookkeeping.",
  ),
  "memory|stats": facts(
    { arity: 2, flags: [], since: "4.0.0", group: "server" },
    "What the memory of this process is used for.",
  ),
  "memory|doctor": facts({ arity: 2, flags: [], since: "4.0.0", group: "server" }, "Where to look."),
  "memory|purge": facts({ arity: 2, flags: [], since: "4.0.0", group: "server" }, "Accepted without effect."),
  "memory|malloc-stats": facts(
    { arity: 2, flags: [], since: "4.0.0", group: "server" },
    "Nothing: the allocator keeps none.",
  ),
  set: facts(
    { arity: -3, flags: SET, keys: ONE_KEY, keyFlags: OVERWRITES, since: "1.0.0", group: "string" },
    "Puts a value into the cache, at the key's owner only. Without an expiry it does not expire, whatever its group's ttl.",
  ),
  setex: facts(
    { arity: 4, flags: SET, keys: ONE_KEY, keyFlags: OVERWRITES, since: "2.0.0", group: "string" },
    "The same as SET with EX.",
  ),
  psetex: facts(
    { arity: 4, flags: SET, keys: ONE_KEY, keyFlags: OVERWRITES, since: "2.6.0", group: "string" },
    "The same as SET with PX.",
  ),
  setnx: facts(
    { arity: 3, flags: SET_FAST, keys: ONE_KEY, keyFlags: INSERTS, since: "1.0.0", group: "string" },
    "Puts a value into the cache when the key has none; a cached 'not found' is none.",
  ),
  getset: facts(
    { arity: 3, flags: SET_FAST, keys: ONE_KEY, keyFlags: SWAPS, since: "1.0.0", group: "string" },
    "Puts a value into the cache and returns the one that was cached before.",
  ),
  mset: facts(
    { arity: -3, flags: SET, keys: EVERY_SECOND, keyFlags: OVERWRITES, since: "1.0.1", group: "string" },
    "SET for several keys; not one step for all of them.",
  ),
  expire: facts(
    { arity: -3, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "1.0.0", group: "generic" },
    "Gives what is cached so many seconds to live.",
  ),
  pexpire: facts(
    { arity: -3, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "2.6.0", group: "generic" },
    "Gives what is cached so many milliseconds to live.",
  ),
  expireat: facts(
    { arity: -3, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "1.2.0", group: "generic" },
    "Lets what is cached live until a time, in seconds since 1970.",
  ),
  pexpireat: facts(
    { arity: -3, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "2.6.0", group: "generic" },
    "Lets what is cached live until a time, in milliseconds since 1970.",
  ),
  persist: facts(
    { arity: 2, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "2.2.0", group: "generic" },
    "Takes the expiry from what is cached.",
  ),
  getex: facts(
    { arity: -2, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: SWAPS, since: "6.2.0", group: "string" },
    "The cached value, whose expiry may be changed along with it. Never loads.",
  ),
  expiretime: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: READS, since: "7.0.0", group: "generic" },
    "When what is cached expires, in seconds since 1970. Never loads.",
  ),
  pexpiretime: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: READS, since: "7.0.0", group: "generic" },
    "When what is cached expires, in milliseconds since 1970. Never loads.",
  ),
  getrange: facts(
    { arity: 4, flags: READ, keys: ONE_KEY, keyFlags: READS, since: "2.4.0", group: "string" },
    "A part of the cached value, empty when nothing is cached. Never loads.",
  ),
  substr: facts(
    { arity: 4, flags: READ, keys: ONE_KEY, keyFlags: READS, since: "1.0.0", group: "string" },
    "The same as GETRANGE.",
  ),
  getdel: facts(
    { arity: 2, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: TAKES, since: "6.2.0", group: "string" },
    "The cached value, which is deleted everywhere. Never loads.",
  ),
  touch: facts(
    { arity: -2, flags: READ_FAST, keys: ALL_KEYS, keyFlags: LOOKS, since: "3.2.1", group: "generic" },
    "How many of the keys are cached; counts as a use of each. Never loads.",
  ),
  type: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: LOOKS, since: "1.0.0", group: "generic" },
    "The type string when something is cached, else none. Never loads.",
  ),
  object: facts(
    { arity: -2, flags: [], since: "2.2.3", group: "generic" },
    "A container for commands about how a value is kept.",
  ),
  "object|encoding": facts(
    { arity: 3, flags: READ, keys: SECOND_WORD, keyFlags: LOOKS, since: "2.2.3", group: "generic" },
    "How Redis would keep the cached value: int, embstr or raw.",
  ),
  "object|freq": facts(
    { arity: 3, flags: READ, keys: SECOND_WORD, keyFlags: LOOKS, since: "4.0.0", group: "generic" },
    "How often what is cached was used of late, as eviction s3fifo counts: 0 to 3.",
  ),
  "object|idletime": facts(
    { arity: 3, flags: READ, keys: SECOND_WORD, keyFlags: LOOKS, since: "2.2.3", group: "generic" },
    "Seconds since what is cached was used, as far as eviction lru or noeviction knows.",
  ),
  "object|refcount": facts(
    { arity: 3, flags: READ, keys: SECOND_WORD, keyFlags: LOOKS, since: "2.2.3", group: "generic" },
    "1 for what is cached.",
  ),
  scan: facts(
    { arity: -2, flags: READ, since: "2.8.0", group: "generic" },
    "The keys cached in the whole cluster, a piece at a time. Any node can go on from a cursor.",
  ),
  keys: facts(
    { arity: 2, flags: ["readonly", "dangerous"], since: "1.0.0", group: "generic" },
    "All keys cached in the whole cluster that match a pattern. SCAN is kinder.",
  ),
  randomkey: facts(
    { arity: 1, flags: READ, since: "1.0.0", group: "generic" },
    "Some key that is cached in the cluster; not each with the same chance.",
  ),
} satisfies Record<string, Facts>;
