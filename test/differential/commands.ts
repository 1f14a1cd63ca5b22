/**
 * The commands of the streams, with arguments that are mostly sound, and the replies that may differ.
 *
 * Owns the list of deliberate differences: an entry says why its replies may differ. Replies to all other commands are
 * compared byte for byte. No stream has a command that only Redis has; streams also have names that neither has.
 */
import fc, { type Arbitrary } from "fast-check";

/** Replies to such a command may differ. What `rest` leaves of them must be equal. */
export interface Listed {
  readonly because: string;
  readonly rest: (reply: string) => string;
}

type Words = Arbitrary<readonly string[]>;

export const key = fc.constantFrom("a", "b", "c", "\0\xff\r\n", "");
const anyBytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array).toString("latin1"));
export const value = fc.oneof(
  anyBytes,
  fc.constantFrom("", "x", "42", "-1", "a".repeat(44), "b".repeat(45), "long ".repeat(300)),
);
/** Far away, past, or no number. No lifetime ends during the test, where chance would decide the replies. */
const seconds = fc.constantFrom(
  "1000",
  "2000",
  "0",
  "-1",
  "abc",
  "1.5",
  "",
  "9223372036854775807",
  "+5",
  "05",
);
const milliseconds = fc.oneof(seconds, fc.constantFrom("1000000", "-9223372036854775808"));
const unixSeconds = fc.constantFrom("4000000000", "1", "0", "-5", "x", "9223372036854775807");
/** No lifetime beyond 500 years, because carrotCache cuts it. */
const unixMilliseconds = fc.constantFrom("4000000000000", "1", "0", "-5", "x", "1.5");
const integer = fc.constantFrom(
  "0",
  "1",
  "-1",
  "3",
  "-3",
  "100",
  "-100",
  "x",
  "",
  "9223372036854775808",
  "01",
);
/** Integers, numbers, and what looks like one. Offsets are near, or so far that Redis refuses them, too. */
const number = fc.oneof(
  integer,
  fc.constantFrom(" 1", "+1", "1e5", "-0", "12345678901234567890", "0x1p3", "inf", "1.5", "3.0e3", "\xff"),
);
const offset = fc.constantFrom("0", "1", "7", "8", "100", "-1", "x", "01", "4294967296");
const flag = fc.constantFrom("NX", "XX", "GT", "LT", "nx", "FOO");

const lifetime = fc.oneof(
  fc.tuple(fc.constantFrom("EX", "ex"), seconds),
  fc.tuple(fc.constant("PX"), milliseconds),
  fc.tuple(fc.constant("EXAT"), unixSeconds),
  fc.tuple(fc.constant("PXAT"), unixMilliseconds),
);
const setOption = fc.oneof(
  lifetime,
  fc.constantFrom(["NX"], ["XX"], ["GET"], ["KEEPTTL"], ["nx"], ["FOO"], ["EX"]),
);
const pattern = fc.oneof(
  fc.constantFrom("*", "a", "?", "[ab]", "[^a]", "\\a", "b*", "[a-c]", "", "x"),
  fc.constantFrom("**", "*?", "[", "[^", "\\", "*\\", "[\\", "[b-", "[c-a]", "[]", "?*", "*b*", "[^\\a]"),
);

type Word = string | Arbitrary<string> | Words;

/** A command of words in this order, each fixed or drawn. */
function words(...parts: readonly Word[]): Words {
  const drawn = parts.map((part) =>
    typeof part === "string" ? fc.constant([part]) : (part as Arbitrary<string | readonly string[]>),
  );
  return fc.tuple(...drawn).map((lists) => lists.flat());
}

function some(of: Arbitrary<string>, minLength = 1): Words {
  return fc.array(of, { minLength, maxLength: 4 });
}

function many(of: Words, maxLength: number): Words {
  return fc.array(of, { maxLength }).map((lists) => lists.flat());
}

/** By name, `container|subcommand` for one inside a container. Names that carrotCache's table lacks are not used. */
export const CASES: Readonly<Record<string, readonly Words[]>> = {
  get: [words("GET", key), words("get", key)],
  mget: [words("MGET", some(key))],
  set: [words("SET", key, value), words("SET", key, value, many(setOption, 3))],
  setex: [words("SETEX", key, seconds, value)],
  psetex: [words("PSETEX", key, milliseconds, value)],
  setnx: [words("SETNX", key, value)],
  mset: [words("MSET", many(fc.tuple(key, value), 3)), words("MSET", key)],
  getset: [words("GETSET", key, value)],
  getex: [
    words("GETEX", key),
    words("GETEX", key, lifetime),
    words("GETEX", key, fc.constantFrom(["PERSIST"], ["FOO"], ["EX"])),
    words("GETEX", key, lifetime, "PERSIST"),
  ],
  getdel: [words("GETDEL", key)],
  getrange: [words("GETRANGE", key, integer, integer)],
  incr: [words("INCR", key)],
  decr: [words("DECR", key)],
  incrby: [words("INCRBY", key, number)],
  decrby: [words("DECRBY", key, number)],
  incrbyfloat: [words("INCRBYFLOAT", key, number)],
  append: [words("APPEND", key, value), words("APPEND", key, number)],
  setrange: [words("SETRANGE", key, offset, value)],
  setbit: [words("SETBIT", key, offset, fc.constantFrom("0", "1", "2", "x"))],
  getbit: [words("GETBIT", key, offset)],
  bitcount: [
    words("BITCOUNT", key),
    words("BITCOUNT", key, integer),
    words("BITCOUNT", key, integer, integer),
    words("BITCOUNT", key, integer, integer, fc.constantFrom("BIT", "byte", "FOO")),
  ],
  bitpos: [
    words("BITPOS", key, fc.constantFrom("0", "1", "2", "x")),
    words("BITPOS", key, fc.constantFrom("0", "1"), integer),
    words("BITPOS", key, fc.constantFrom("0", "1"), integer, integer),
    words("BITPOS", key, fc.constantFrom("0", "1"), integer, integer, fc.constantFrom("BIT", "byte", "FOO")),
  ],
  strlen: [words("STRLEN", key)],
  exists: [words("EXISTS", key), words("EXISTS", some(key))],
  del: [words("DEL", key), words("DEL", some(key))],
  unlink: [words("UNLINK", key), words("UNLINK", some(key))],
  touch: [words("TOUCH", some(key))],
  type: [words("TYPE", key)],
  persist: [words("PERSIST", key)],
  ttl: [words("TTL", key)],
  pttl: [words("PTTL", key)],
  expiretime: [words("EXPIRETIME", key)],
  pexpiretime: [words("PEXPIRETIME", key)],
  expire: [words("EXPIRE", key, seconds), words("EXPIRE", key, seconds, some(flag))],
  pexpire: [words("PEXPIRE", key, milliseconds), words("PEXPIRE", key, milliseconds, flag)],
  expireat: [words("EXPIREAT", key, unixSeconds), words("EXPIREAT", key, unixSeconds, flag)],
  pexpireat: [words("PEXPIREAT", key, unixMilliseconds), words("PEXPIREAT", key, unixMilliseconds, flag)],
  dbsize: [words("DBSIZE")],
  randomkey: [words("RANDOMKEY")],
  keys: [words("KEYS", pattern)],
  scan: [
    words("SCAN", "0", "COUNT", "1000"),
    words("SCAN", "0", "MATCH", pattern, "COUNT", "1000"),
    words("SCAN", "0", "COUNT", "1000", "TYPE", fc.constantFrom("string", "list", "foo")),
    words("SCAN", "0", "COUNT", fc.constantFrom("0", "-1", "x")),
    words("SCAN", fc.constantFrom("x", "", "-"), "COUNT", "10"),
    words("SCAN", "0", fc.constantFrom("MATCH", "FOO", "COUNT")),
  ],
  object: [
    words("OBJECT", "ENCODING", key),
    words("OBJECT", "IDLETIME", key),
    words("OBJECT", fc.constantFrom("FOO", "")),
    words("OBJECT", "ENCODING"),
  ],
  flushall: [words("FLUSHALL"), words("FLUSHALL", fc.constantFrom("ASYNC", "FOO"))],
  flushdb: [words("FLUSHDB"), words("FLUSHDB", "ASYNC", "FOO")],
  ping: [words("PING"), words("PING", value), words("PING", value, value)],
  echo: [words("ECHO", value)],
  select: [words("SELECT", fc.constantFrom("0", "x", "", "-1", "1000"))],
  auth: [words("AUTH", value), words("AUTH", "default", value), words("AUTH", "a", "b", "c")],
  hello: [
    words("HELLO", fc.constantFrom("2", "3")),
    words("HELLO"),
    words("HELLO", fc.constantFrom("4", "x", "", "1", "-3", "02")),
    words("HELLO", "2", fc.constantFrom("FOO", "AUTH", "SETNAME", "")),
    words("HELLO", "3", "SETNAME", fc.constantFrom("a b", "a\n")),
    words("HELLO", "3", "SETNAME", "me", "AUTH", "default", "any"),
  ],
  client: [words("CLIENT", fc.constantFrom("FOO", "", "SETNAME"))],
  "client|setname": [words("CLIENT", "SETNAME", fc.constantFrom("me", "", "a b", "\xff"))],
  "client|getname": [words("CLIENT", "GETNAME")],
  "client|id": [words("CLIENT", "ID")],
  "client|reply": [words("CLIENT", "REPLY", fc.constantFrom("ON", "OFF", "SKIP", "FOO"))],
  "client|no-evict": [words("CLIENT", "NO-EVICT", fc.constantFrom("on", "OFF", "x"))],
  "client|kill": [
    words("CLIENT", "KILL", fc.constantFrom("1.2.3.4:5", "ID", "TYPE")),
    words(
      "CLIENT",
      "KILL",
      fc.constantFrom("ID", "TYPE", "ADDR", "FOO"),
      fc.constantFrom("0", "x", "FOO", "1.2.3.4:5"),
    ),
  ],
  "client|pause": [
    words("CLIENT", "PAUSE", fc.constantFrom("0", "x", "-1"), fc.constantFrom("ALL", "WRITE", "FOO")),
  ],
  "client|unpause": [words("CLIENT", "UNPAUSE")],
  "client|tracking": [
    words("CLIENT", "TRACKING", fc.constantFrom("FOO", "OFF", "")),
    words(
      "CLIENT",
      "TRACKING",
      "ON",
      // Only words that are refused: a push has no fixed place among the replies.
      fc.constantFrom(["FOO"], ["PREFIX", "a"], ["OPTIN", "OPTOUT"], ["BCAST", "OPTIN"], ["NOLOOP", "x"]),
    ),
  ],
  "client|trackinginfo": [words("CLIENT", "TRACKINGINFO")],
  "client|getredir": [words("CLIENT", "GETREDIR")],
  "client|caching": [words("CLIENT", "CACHING", fc.constantFrom("YES", "NO", "x"))],
  config: [
    words("CONFIG", fc.constantFrom("FOO", "", "GET")),
    words("CONFIG", "GET", fc.constantFrom("save", "appendonly", "no-such-*", "requirepass")),
    words("CONFIG", "SET", "no-such-directive", value),
    words("CONFIG", "SET", "maxclients"),
    words("CONFIG", "RESETSTAT"),
  ],
  command: [
    words("COMMAND", fc.constantFrom("FOO", "COUNT"), "x"),
    words("COMMAND", "GETKEYS", "GET", key),
    words("COMMAND", "GETKEYS", "MGET", some(key)),
    words("COMMAND", "GETKEYS", fc.constantFrom("PING", "NOSUCH"), "a"),
    words("COMMAND", "INFO", "get"),
    words("COMMAND", "INFO", fc.constantFrom("config|get|key", "get|", "|", "config||get")),
    words(
      "COMMAND",
      "LIST",
      "FILTERBY",
      "PATTERN",
      fc.constantFrom("ttl", "config|get", "nosuch*", "CLIENT|id"),
    ),
  ],
  memory: [
    words("MEMORY", "USAGE", key),
    words("MEMORY", "USAGE", key, fc.constantFrom("FOO", "SAMPLES")),
    words("MEMORY", "USAGE", "no such key", "SAMPLES", integer),
    words("MEMORY", fc.constantFrom("FOO", "USAGE")),
  ],
  info: [words("INFO", fc.constantFrom("server", "clients")), words("INFO", "no-such")],
  time: [words("TIME")],
  multi: [words("MULTI")],
  exec: [words("EXEC")],
  discard: [words("DISCARD")],
  watch: [words("WATCH", some(key))],
  unwatch: [words("UNWATCH")],
  reset: [words("RESET")],
  subscribe: [words("SUBSCRIBE", some(key))],
  unsubscribe: [words("UNSUBSCRIBE", key)],
  psubscribe: [words("PSUBSCRIBE", some(pattern))],
  punsubscribe: [words("PUNSUBSCRIBE", pattern)],
  readonly: [words("READONLY")],
  readwrite: [words("READWRITE")],
  wait: [words("WAIT", "0", "0"), words("WAIT", fc.constantFrom("x", "0"), fc.constantFrom("-1", "x"))],
  slowlog: [
    words("SLOWLOG", "RESET"),
    words("SLOWLOG", fc.constantFrom("FOO", "GET")),
    words("SLOWLOG", "GET", "x"),
  ],
  latency: [
    words("LATENCY", fc.constantFrom("LATEST", "RESET", "FOO")),
    // Not "command": damage could make it a command of its own, with a reply that is listed.
    words("LATENCY", "HISTORY", "fast-command"),
    words("LATENCY", "HISTOGRAM"),
    words("LATENCY", "HISTOGRAM", some(fc.constantFrom("nosuch", "get", ""))),
  ],
  module: [words("MODULE", fc.constantFrom("LIST", "FOO"))],
  function: [words("FUNCTION", fc.constantFrom("LIST", "STATS", "FOO")), words("FUNCTION", "LIST", "x")],
  acl: [
    words("ACL", fc.constantFrom("WHOAMI", "FOO", "CAT", "USERS")),
    words("ACL", "GETUSER", fc.constantFrom("default", "nobody", "")),
    words(
      "ACL",
      "DRYRUN",
      fc.constantFrom("default", "nobody"),
      fc.constantFrom("get", "nosuch", "PING"),
      key,
    ),
    words("ACL", "CAT", fc.constantFrom("read", "STRING", "list", "connection", "foo", "")),
  ],
  cluster: [words("CLUSTER", fc.constantFrom("INFO", "SLOTS", "NODES", "MYID", "FOO"))],
  quit: [words("QUIT"), words("QUIT", "now")],
};

/** Random words, of which the first is hardly ever the name of a command. */
export const unknown: Words = fc.array(value, { minLength: 1, maxLength: 5 });

/** The type of a reply; of an error the whole text. */
const kind = (reply: string) => (reply.startsWith("-") ? reply : reply.slice(0, 1));
/** The elements of an array, sorted. */
const inAnyOrder = (reply: string) =>
  reply
    .split(/(?=[$])/)
    .sort()
    .join("");
/** Cuts off the last digits of a time, which change while the test runs. */
const without = (digits: number) => (reply: string) =>
  reply.replace(new RegExp(`^(:\\d+)\\d{${digits}}\r`), "$1");

/** HELLO's reply without the version and the client's id. */
function helloRest(reply: string): string {
  return reply.replace(/\$\d+\r\n\d+\.\d+\.\d+\r\n/, "").replace(/\$2\r\nid\r\n:\d+/, "");
}

const ELSEWHERE = { because: "another server, another client, another set of commands", rest: kind };
/** By `command` or `command|subcommand`; everything else is compared byte for byte. */
export const LISTED: Readonly<Record<string, Listed>> = {
  hello: { because: "the version is the one that clients want to see", rest: helloRest },
  info: ELSEWHERE,
  command: ELSEWHERE,
  "command|count": ELSEWHERE,
  "command|info": ELSEWHERE,
  "command|docs": ELSEWHERE,
  "command|list": ELSEWHERE,
  "client|id": ELSEWHERE,
  "client|info": ELSEWHERE,
  "client|list": ELSEWHERE,
  "memory|usage": {
    because: "the store is another one, and Redis also measures an expired entry that it has not deleted yet",
    rest: (reply) => (reply.startsWith("-") ? reply : ""),
  },
  "acl|cat": ELSEWHERE,
  "latency|histogram": {
    because: "hits are not timed one by one, and a histogram without them says less than none",
    rest: kind,
  },
  "config|set": {
    because: "the reason is in the words of carrot.conf's errors",
    rest: (reply) => reply.replace(/ - .*/, ""),
  },
  dbsize: { because: "Redis also counts an expired entry that it has not deleted yet", rest: kind },
  randomkey: { because: "any key is right, also one that is set meanwhile", rest: () => "" },
  keys: { because: "in any order", rest: inAnyOrder },
  scan: { because: "in any order", rest: inAnyOrder },
  time: { because: "time passes", rest: kind },
  "object|encoding": {
    because: "a value that was put together is raw in Redis; here the encoding follows from the value",
    rest: (reply) => (reply.startsWith("$-1") ? reply : kind(reply)),
  },
  "object|idletime": {
    because: "eviction s3fifo keeps no idle time",
    rest: (reply) => reply.replace(/^(:|-ERR An LFU).*/s, ":"),
  },
  pttl: { because: "time passes", rest: without(4) },
  expiretime: { because: "time passes", rest: without(2) },
  pexpiretime: { because: "time passes", rest: without(5) },
};

export function listedFor(words: readonly string[]): Listed | undefined {
  const [first = "", second = ""] = words.map((word) => word.toLowerCase());
  const name = `${first}|${second}`;
  if (Object.hasOwn(LISTED, name)) return LISTED[name];
  return Object.hasOwn(LISTED, first) && !Object.hasOwn(CASES, name) ? LISTED[first] : undefined;
}
