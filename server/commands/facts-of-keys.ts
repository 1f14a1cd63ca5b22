/**
 * The facts of the commands on keys: values, lifetimes, SCAN and its kin, MEMORY, OBJECT.
 *
 * COMMAND replies in this order. Knows no function.
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
  TWO_KEYS,
} from "./fact-words.ts";

const READ: readonly CommandFlag[] = ["readonly"];
const READ_FAST: readonly CommandFlag[] = ["readonly", "fast"];
const WRITE: readonly CommandFlag[] = ["write"];
const WRITE_FAST: readonly CommandFlag[] = ["write", "fast"];
const SET: readonly CommandFlag[] = ["write", "denyoom"];
const SET_FAST: readonly CommandFlag[] = ["write", "denyoom", "fast"];
const FLUSH: readonly CommandFlag[] = ["write", "dangerous"];

/** By full name: `client|list`. */
export const FACTS_OF_KEYS = {
  get: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: READS, since: "1.0.0", group: "string" },
    "Returns the value of a key. A value that is not cached is loaded from its group's origin.",
  ),
  mget: facts(
    { arity: -2, flags: READ_FAST, keys: ALL_KEYS, keyFlags: READS, since: "1.0.0", group: "string" },
    "Returns the values of keys. Values that are not cached are loaded together.",
  ),
  exists: facts(
    { arity: -2, flags: READ_FAST, keys: ALL_KEYS, keyFlags: LOOKS, since: "1.0.0", group: "generic" },
    "Counts the keys that are cached. Never loads.",
  ),
  ttl: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: READS, since: "1.0.0", group: "generic" },
    "Returns the seconds until a cached entry expires. Never loads.",
  ),
  pttl: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: READS, since: "2.6.0", group: "generic" },
    "Returns the milliseconds until a cached entry expires. Never loads.",
  ),
  strlen: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: LOOKS, since: "2.2.0", group: "string" },
    "Returns the length of a cached value in bytes. Never loads.",
  ),
  del: facts(
    { arity: -2, flags: WRITE, keys: ALL_KEYS, keyFlags: DELETES, since: "1.0.0", group: "generic" },
    "Deletes entries on every member, with their copies, and voids loads under way.",
  ),
  unlink: facts(
    { arity: -2, flags: WRITE_FAST, keys: ALL_KEYS, keyFlags: DELETES, since: "4.0.0", group: "generic" },
    "Does the same as DEL.",
  ),
  dbsize: facts(
    { arity: 1, flags: READ_FAST, categories: ["keyspace"], since: "1.0.0", group: "server" },
    "Counts the entries of the database on all members of the cluster, without copies.",
  ),
  flushall: facts(
    { arity: -1, flags: FLUSH, categories: ["keyspace"], reserved: "admin", since: "1.0.0", group: "server" },
    "Deletes every entry of all databases in the whole cluster.",
  ),
  flushdb: facts(
    { arity: -1, flags: FLUSH, categories: ["keyspace"], reserved: "admin", since: "1.0.0", group: "server" },
    "Deletes every entry of the database in the whole cluster.",
  ),
  swapdb: facts(
    {
      arity: 3,
      flags: ["write", "fast"],
      categories: ["keyspace", "dangerous"],
      since: "4.0.0",
      group: "server",
    },
    "Is refused, as in Redis Cluster: members could not do it in one step.",
  ),
  move: facts(
    { arity: 3, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "1.0.0", group: "generic" },
    "Is refused, as in Redis Cluster: a key has another owner in another database.",
  ),
  memory: facts(
    { arity: -2, flags: [], since: "4.0.0", group: "server" },
    "A container for commands about memory.",
  ),
  "memory|usage": facts(
    { arity: -3, flags: READ, keys: SECOND_WORD, keyFlags: LOOKS, since: "4.0.0", group: "server" },
    "Returns the bytes that an entry takes of its group's limit: key, value and bookkeeping.",
  ),
  "memory|stats": facts(
    { arity: 2, flags: [], since: "4.0.0", group: "server" },
    "Returns what the memory of this process is used for.",
  ),
  "memory|doctor": facts(
    { arity: 2, flags: [], since: "4.0.0", group: "server" },
    "Says where the figures about memory are.",
  ),
  "memory|purge": facts(
    { arity: 2, flags: [], since: "4.0.0", group: "server" },
    "Is accepted and does nothing.",
  ),
  "memory|malloc-stats": facts(
    { arity: 2, flags: [], since: "4.0.0", group: "server" },
    "Returns nothing: the allocator keeps no figures.",
  ),
  set: facts(
    { arity: -3, flags: SET, keys: ONE_KEY, keyFlags: OVERWRITES, since: "1.0.0", group: "string" },
    "Sets a value at the owner of its key. Without an expiry it does not expire, whatever ttl its group has.",
  ),
  setex: facts(
    { arity: 4, flags: SET, keys: ONE_KEY, keyFlags: OVERWRITES, since: "2.0.0", group: "string" },
    "Does the same as SET with EX.",
  ),
  psetex: facts(
    { arity: 4, flags: SET, keys: ONE_KEY, keyFlags: OVERWRITES, since: "2.6.0", group: "string" },
    "Does the same as SET with PX.",
  ),
  setnx: facts(
    { arity: 3, flags: SET_FAST, keys: ONE_KEY, keyFlags: INSERTS, since: "1.0.0", group: "string" },
    "Sets a value when its key has none. A cached 'not found' is no value.",
  ),
  getset: facts(
    { arity: 3, flags: SET_FAST, keys: ONE_KEY, keyFlags: SWAPS, since: "1.0.0", group: "string" },
    "Sets a value and returns the value that was cached before.",
  ),
  mset: facts(
    { arity: -3, flags: SET, keys: EVERY_SECOND, keyFlags: OVERWRITES, since: "1.0.1", group: "string" },
    "Sets the values of several keys, not in one step.",
  ),
  expire: facts(
    { arity: -3, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "1.0.0", group: "generic" },
    "Sets how many seconds a cached entry lives from now on.",
  ),
  pexpire: facts(
    { arity: -3, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "2.6.0", group: "generic" },
    "Sets how many milliseconds a cached entry lives from now on.",
  ),
  expireat: facts(
    { arity: -3, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "1.2.0", group: "generic" },
    "Lets a cached entry live until a time in seconds since 1970.",
  ),
  pexpireat: facts(
    { arity: -3, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "2.6.0", group: "generic" },
    "Lets a cached entry live until a time in milliseconds since 1970.",
  ),
  persist: facts(
    { arity: 2, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: CHANGES, since: "2.2.0", group: "generic" },
    "Lets a cached entry live without an expiry.",
  ),
  getex: facts(
    { arity: -2, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: SWAPS, since: "6.2.0", group: "string" },
    "Returns a cached value and may change its expiry. Never loads.",
  ),
  expiretime: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: READS, since: "7.0.0", group: "generic" },
    "Returns when a cached entry expires, in seconds since 1970. Never loads.",
  ),
  pexpiretime: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: READS, since: "7.0.0", group: "generic" },
    "Returns when a cached entry expires, in milliseconds since 1970. Never loads.",
  ),
  getrange: facts(
    { arity: 4, flags: READ, keys: ONE_KEY, keyFlags: READS, since: "2.4.0", group: "string" },
    "Returns a part of a cached value, or nothing when no value is cached. Never loads.",
  ),
  substr: facts(
    { arity: 4, flags: READ, keys: ONE_KEY, keyFlags: READS, since: "1.0.0", group: "string" },
    "Does the same as GETRANGE.",
  ),
  getdel: facts(
    { arity: 2, flags: WRITE_FAST, keys: ONE_KEY, keyFlags: TAKES, since: "6.2.0", group: "string" },
    "Returns a cached value and deletes it on every member. Never loads.",
  ),
  touch: facts(
    { arity: -2, flags: READ_FAST, keys: ALL_KEYS, keyFlags: LOOKS, since: "3.2.1", group: "generic" },
    "Counts the keys that are cached. Each of them counts as used. Never loads.",
  ),
  type: facts(
    { arity: 2, flags: READ_FAST, keys: ONE_KEY, keyFlags: LOOKS, since: "1.0.0", group: "generic" },
    "Returns string for a key that is cached, and none for any other. Never loads.",
  ),
  msetnx: facts(
    { arity: -3, flags: SET, keys: EVERY_SECOND, keyFlags: INSERTS, since: "1.0.1", group: "string" },
    "Sets values in one step, if none of the keys is cached. One member must own all keys.",
  ),
  rename: facts(
    {
      arity: 3,
      flags: WRITE,
      keys: TWO_KEYS,
      keyFlags: TAKES,
      secondKeyFlags: OVERWRITES,
      since: "1.0.0",
      group: "generic",
    },
    "Gives a cached value and its lifetime to another key. One member must own both keys.",
  ),
  renamenx: facts(
    {
      arity: 3,
      flags: WRITE_FAST,
      keys: TWO_KEYS,
      keyFlags: TAKES,
      secondKeyFlags: INSERTS,
      since: "1.0.0",
      group: "generic",
    },
    "Does the same as RENAME if no value is cached for the second key.",
  ),
  copy: facts(
    {
      arity: -3,
      flags: SET,
      keys: TWO_KEYS,
      keyFlags: READS,
      secondKeyFlags: OVERWRITES,
      since: "6.2.0",
      group: "generic",
    },
    "Copies a cached value and its lifetime to another key. One member must own both keys.",
  ),
  lcs: facts(
    { arity: -3, flags: READ, keys: TWO_KEYS, keyFlags: READS, since: "7.0.0", group: "string" },
    "Returns what two cached values have in common, byte for byte. One member must own both keys.",
  ),
  object: facts(
    { arity: -2, flags: [], since: "2.2.3", group: "generic" },
    "A container for commands about how an entry is kept.",
  ),
  "object|encoding": facts(
    { arity: 3, flags: READ, keys: SECOND_WORD, keyFlags: LOOKS, since: "2.2.3", group: "generic" },
    "Returns how Redis would keep the cached value: int, embstr or raw.",
  ),
  "object|freq": facts(
    { arity: 3, flags: READ, keys: SECOND_WORD, keyFlags: LOOKS, since: "4.0.0", group: "generic" },
    "Returns how often an entry was used lately, from 0 to 3, as eviction s3fifo counts.",
  ),
  "object|idletime": facts(
    { arity: 3, flags: READ, keys: SECOND_WORD, keyFlags: LOOKS, since: "2.2.3", group: "generic" },
    "Returns the seconds since an entry was used, as far as eviction lru or noeviction knows.",
  ),
  "object|refcount": facts(
    { arity: 3, flags: READ, keys: SECOND_WORD, keyFlags: LOOKS, since: "2.2.3", group: "generic" },
    "Returns 1 for a key that is cached.",
  ),
  scan: facts(
    { arity: -2, flags: READ, since: "2.8.0", group: "generic" },
    "Returns some of the keys of the whole cluster, and a cursor with which any member goes on.",
  ),
  keys: facts(
    { arity: 2, flags: ["readonly", "dangerous"], since: "1.0.0", group: "generic" },
    "Returns all keys of the whole cluster that match a pattern. Prefer SCAN, which returns them in parts.",
  ),
  randomkey: facts(
    { arity: 1, flags: READ, since: "1.0.0", group: "generic" },
    "Returns a key that is cached in the cluster. Not every key has the same chance.",
  ),
} satisfies Record<string, Facts>;
