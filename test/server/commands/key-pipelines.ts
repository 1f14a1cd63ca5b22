/**
 * Random pipelines of commands on keys, played to a real redis-server and to carrotCache. Their answers must be the same
 * byte for byte, and after each run both must hold the same keys.
 *
 * A TTL may tick between two commands, so a difference counts only when it shows in every try. SEED=n replays a run.
 */
import type { ExecutionContext } from "ava";
import fc from "fast-check";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";

/** Sends bytes on a new connection, closes that side and takes all that comes; latin1. */
export type Asker = (text: string) => Promise<string>;

const seed = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) };
/** On a busy machine a second may end between two commands, and a TTL is told in seconds. */
const TRIES = 3;

/** A value too long to print, yet short enough for one write: of a longer reply Redis would drop the rest. */
const LONG = "<3,000 bytes>";
const spelt = (word: string) => (word === LONG ? "long".repeat(750) : word);

/** Keys of one tag have one owner, so commands on several of them run through any member. */
const tagged = fc.constantFrom("{x}", "{x}b", "c{x}\0\xff");
const key = fc.oneof(fc.constantFrom("a", "b", "k\0\r\n\xff", "", "{x}"), tagged);
const value = fc.oneof(
  fc.constantFrom(
    "",
    "v",
    "0",
    "-1",
    "007",
    "9223372036854775807",
    "9223372036854775808",
    "-0",
    "\0\r\n$-1\r\n\xff\xfe",
  ),
  fc.integer({ min: 40, max: 50 }).map((length) => "x".repeat(length)),
  fc.constant(LONG),
);
const odd = fc.constantFrom(
  "",
  "abc",
  "1.5",
  "0",
  "-1",
  "9223372036854775807",
  "-9223372036854775808",
  "1e3",
  " 1",
  "99999999999999999999",
);
const seconds = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1000, max: 5000 }).map(String) },
  { weight: 1, arbitrary: odd },
);
const millis = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1000, max: 5000 }).map((count) => `${count}100`) },
  { weight: 1, arbitrary: odd },
);
const atSecond = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("4000000000", "4100000000", "1000") },
  { weight: 1, arbitrary: odd },
);
/** carrotCache cuts a life of 292 million years to 500 years, so replies about it differ. */
const TOO_LATE = "9223372036854775807";
const atMilli = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("4000000000100", "1000") },
  { weight: 1, arbitrary: odd.filter((time) => time !== TOO_LATE) },
);
const index = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -60, max: 60 }).map(String) },
  { weight: 1, arbitrary: odd },
);

/** What Redis takes for an integer, for a number, or for neither. */
export const number = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map(String),
  odd,
  fc.constantFrom("+1", "01", "-0", "1e5", "0x1p3", "inf", "nan", "3.0e3", "-2.50", ".5", "1.", "0.1"),
  fc.constantFrom("9223372036854775800", "-9223372036854775801", "1e308", "1\0", "\xb2", "1 "),
);
const near = fc.integer({ min: 0, max: 100 }).map(String);
// Far away only what both refuse: a value above 8 MB is too long here, and one above 512 MB in Redis.
const offset = fc.oneof(
  { weight: 6, arbitrary: near },
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: fc.constantFrom("536870912", "4294967296") },
);
const bitOffset = fc.oneof(
  { weight: 6, arbitrary: near },
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: fc.constantFrom("4294967296", "4294967295999") },
);
const bit = fc.constantFrom("0", "1", "0", "1", "2", "-1", "x", "01");

type Words = fc.Arbitrary<string[]>;
const words = (...parts: fc.Arbitrary<string>[]): Words => fc.tuple(...parts);
const life: Words = fc.oneof(
  words(fc.constantFrom("EX", "ex"), seconds),
  words(fc.constant("PX"), millis),
  words(fc.constant("EXAT"), atSecond),
  words(fc.constant("PXAT"), atMilli),
  words(fc.constantFrom("KEEPTTL", "PERSIST", "EX", "FOO", "NX\0", "")),
);
const setOption: Words = fc.oneof(life, words(fc.constantFrom("NX", "XX", "GET", "nx", "get")));
const getexOption: Words = fc.oneof(life, words(fc.constantFrom("PERSIST", "persist", "NX")));
const expireOption: Words = words(fc.constantFrom("NX", "XX", "GT", "LT", "gt", "FOO"));
const copyOption: Words = words(fc.constantFrom("REPLACE", "replace", "FOO", "DB"));
const lcsOption: Words = fc.oneof(
  words(fc.constantFrom("IDX", "LEN", "WITHMATCHLEN", "FOO", "MINMATCHLEN")),
  words(fc.constant("minmatchlen"), index),
);
const some = (option: Words, maxLength: number): Words =>
  fc.array(option, { maxLength, size: "max" }).map((parts) => parts.flat());
const one = (name: string, ...parts: (Words | fc.Arbitrary<string>)[]): Words =>
  fc.tuple(...parts).map((given) => [name, ...given.flat()]);

const step: Words = fc.oneof(
  { weight: 6, arbitrary: one("SET", key, value, some(setOption, 3)) },
  { weight: 3, arbitrary: one("SET", key, value) },
  { weight: 3, arbitrary: one("GET", key) },
  { weight: 2, arbitrary: one("DEL", key) },
  { weight: 2, arbitrary: one("SET", key, number) },
  { weight: 2, arbitrary: one("INCRBY", key, number) },
  { weight: 2, arbitrary: one("INCRBYFLOAT", key, number) },
  ...[
    one("SETEX", key, seconds, value),
    one("PSETEX", key, millis, value),
    one("SETNX", key, value),
    one("GETSET", key, value),
    one("MSET", key, value, key, value),
    one("MSET", key, value, key),
    one("MGET", key, key, key),
    one("GETEX", key, some(getexOption, 2)),
    one("GETDEL", key),
    one("GETRANGE", key, index, index),
    one("SUBSTR", key, index, index),
    one("STRLEN", key),
    one("EXPIRE", key, seconds, some(expireOption, 2)),
    one("PEXPIRE", key, millis, some(expireOption, 2)),
    one("EXPIREAT", key, atSecond, some(expireOption, 2)),
    one("PEXPIREAT", key, atMilli, some(expireOption, 2)),
    one("TTL", key),
    one("EXPIRETIME", key),
    one("PERSIST", key),
    one("TOUCH", key, key),
    one("TYPE", key),
    one("EXISTS", key, key),
    one("OBJECT", fc.constantFrom("ENCODING", "encoding", "FOO"), key),
    one("MSETNX", tagged, value, tagged, value),
    one("RENAME", tagged, tagged),
    one("RENAMENX", tagged, tagged),
    one("COPY", tagged, tagged, some(copyOption, 2)),
    one("LCS", tagged, tagged, some(lcsOption, 2)),
    one("INCR", key),
    one("DECR", key),
    one("DECRBY", key, number),
    one("APPEND", key, number),
    one("SETRANGE", key, offset, number),
    one("SETBIT", key, bitOffset, bit),
    one("GETBIT", key, bitOffset),
    one("BITCOUNT", key, some(words(fc.oneof(index, fc.constantFrom("BIT", "byte"))), 4)),
    one("BITCOUNT", key, index, index, fc.constantFrom("BIT", "bit", "BYTE", "FOO")),
    one("BITPOS", key, bit, some(words(index), 2)),
    one("BITPOS", key, bit, index, index, fc.constantFrom("BIT", "bit", "BYTE", "FOO")),
    one("BITPOS", key, bit, some(words(fc.oneof(index, fc.constantFrom("BIT", "byte"))), 4)),
    one("FLUSHALL"),
    fc
      .constantFrom(
        ...[
          "SET",
          "SET a",
          "SETEX a 1",
          "PSETEX a 1",
          "SETNX a",
          "MSET",
          "MSET a",
          "GETEX",
          "GETDEL",
          "GETDEL a b",
          "MSETNX {x} 1 {x}b",
          "RENAME a",
          "RENAMENX a",
          "COPY a",
          "LCS a",
        ],
        ...[
          "GETRANGE a 1",
          "SUBSTR a",
          "EXPIRE a",
          "PEXPIRE a",
          "EXPIREAT",
          "PEXPIREAT a",
          "EXPIRETIME",
          "PEXPIRETIME",
        ],
        ...[
          "PERSIST",
          "PERSIST a b",
          "TOUCH",
          "TYPE",
          "RANDOMKEY a",
          "KEYS",
          "KEYS a b",
          "SCAN",
          "GETSET a",
          "OBJECT",
        ],
        ...[
          "OBJECT ENCODING",
          "OBJECT FREQ",
          "OBJECT REFCOUNT",
          "OBJECT IDLETIME",
          "OBJECT FREQ a b",
          "SCAN x",
        ],
        ...[
          "OBJECT FREQ nosuch",
          "OBJECT IDLETIME nosuch",
          "OBJECT REFCOUNT nosuch",
          "SCAN 0 COUNT",
          "SCAN 0 COUNT 0",
        ],
        ...[
          "SCAN 0 COUNT x",
          "SCAN 0 FOO 1",
          "SCAN 0 MATCH",
          "SCAN -x",
          "SCAN 99999999999999999999",
          "SCAN 0 TYPE",
        ],
        ...["SCAN 0 COUNT -1", "PEXPIRETIME nosuch", "KEYS nosuch*", "SCAN 0 1 2"],
      )
      .map((line) => line.split(" ")),
  ].map((arbitrary) => ({ weight: 1, arbitrary })),
);
const pipeline = fc.array(step, { minLength: 1, maxLength: 14, size: "max" });
const run = fc.array(fc.tuple(fc.nat(2), pipeline), { minLength: 1, maxLength: 4, size: "max" });

function withoutGreeting(answer: string): string {
  return answer.replace(/^%7\r\n[\s\S]*?\$7\r\nmodules\r\n\*0\r\n/, "");
}

/** The elements of an array of bulks, sorted. */
function sortedBulks(answer: string): string[] {
  const found: string[] = [];
  let at = answer.indexOf("\r\n") + 2;
  while (at < answer.length) {
    const end = answer.indexOf("\r\n", at);
    const length = Number(answer.slice(at + 1, end));
    found.push(answer.slice(end + 2, end + 2 + length));
    at = end + 4 + length;
  }
  return found.sort();
}

function firstDifference(
  member: number,
  commands: readonly string[][],
  ours: string,
  theirs: string,
): string {
  let at = 0;
  while (ours[at] === theirs[at]) at++;
  const [us, them] = [ours, theirs].map((text) => JSON.stringify(text.slice(Math.max(0, at - 30), at + 80)));
  const lines = commands.map((each) => `  ${JSON.stringify(each)}`);
  return [`member ${member}, byte ${at}`, ...lines, `ours:   ${us}`, `theirs: ${them}`].join("\n");
}

/** The first difference; undefined: there is none. */
async function compare(
  redis: RedisServer,
  askers: readonly Asker[],
  protocol: 2 | 3,
  pipelines: readonly (readonly [number, readonly string[][]])[],
): Promise<string | undefined> {
  const hello = protocol === 3 ? command("HELLO", "3") : "";
  const both = async (member: number, text: string) => {
    const request = Buffer.from(hello + text, "latin1");
    const theirs = (await redis.answer(request)).toString("latin1");
    const ours = await askers[member % askers.length]!(request.toString("latin1"));
    return [ours, theirs].map(withoutGreeting) as [string, string];
  };
  await both(0, command("FLUSHALL"));
  for (const [member, commands] of pipelines) {
    const [ours, theirs] = await both(member, commands.map((each) => command(...each.map(spelt))).join(""));
    if (ours !== theirs) return firstDifference(member, commands, ours, theirs);
  }
  for (const ask of [command("KEYS", "*"), command("KEYS", "[a-k]*")]) {
    const [ours, theirs] = (await both(1, ask)).map(sortedBulks);
    if (ours!.join("|") !== theirs!.join("|")) return JSON.stringify({ keys: ask, ours, theirs, pipelines });
  }
  return undefined;
}

/**
 * A time of day travels to the owner as the time until then, and arrives about a millisecond later. So GT and LT cannot
 * tell equal times from different ones there.
 */
function withoutComparing(words: string[]): string[] {
  if (!/^p?expireat$/i.test(words[0]!)) return words;
  return words.filter((word, i) => i < 3 || !/^[gl]t$/i.test(word));
}

const MAKES_RAW = /^(append|setrange|setbit|incrbyfloat)$/i;

/** Redis remembers that a value was put together, and calls it raw. Here the encoding follows from the value. */
function withoutEncodings(pipelines: readonly (readonly string[][])[]): readonly (readonly string[][])[] {
  const isRaw = pipelines.some((commands) => commands.some(([name]) => MAKES_RAW.test(name!)));
  if (!isRaw) return pipelines;
  return pipelines.map((commands) => commands.filter((words) => !/^encoding$/i.test(words[1] ?? "")));
}

/** Plays random pipelines to a redis-server and to our members, each pipeline to one member. */
export async function compareRuns(
  t: ExecutionContext,
  askers: readonly Asker[],
  protocol: 2 | 3,
  numRuns: number,
): Promise<void> {
  const redis = await RedisServer.start();
  t.teardown(() => redis.stop());
  const property = fc.asyncProperty(run, async (drawn) => {
    const isCluster = askers.length > 1;
    const sound = withoutEncodings(drawn.map(([, commands]) => commands));
    const pipelines = drawn.map(([member], i) => {
      return [member, isCluster ? sound[i]!.map(withoutComparing) : sound[i]!] as const;
    });
    let wrong: string | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      wrong = await compare(redis, askers, protocol, pipelines);
      if (wrong === undefined) return;
    }
    throw new Error(`different${wrong}`);
  });
  await fc.assert(property, { numRuns, includeErrorInReport: true, ...seed });
  t.pass();
}
