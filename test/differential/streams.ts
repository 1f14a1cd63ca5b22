/**
 * Generated streams of commands, written as arrays or inline, and sent in pieces. In a sound stream each reply belongs to
 * a command, and may differ as listed for it. In a damaged stream nobody knows that, so no reply may differ.
 */
import fc, { type Arbitrary } from "fast-check";
import { COMMANDS } from "../../server/commands/table.ts";
import { command } from "../proto/read-commands.ts";
import { CASES, LISTED, unknown } from "./commands.ts";

export interface Asked {
  readonly words: readonly string[];
  readonly inline: boolean;
}

export interface Stream {
  readonly asked: readonly Asked[];
  /** What is sent, latin1. In a damaged stream it is not what `asked` says. */
  readonly text: string;
  readonly damaged: boolean;
  /** Where it is cut, each as a part of its length. */
  readonly cuts: readonly number[];
}

type Words = Arbitrary<readonly string[]>;

/** Commands with no reply or several. Behind them, counting does not tell which command a reply answers. */
const TRANSACTIONS = ["multi", "exec", "discard", "watch", "unwatch", "reset"];
const CHANNELS = ["subscribe", "unsubscribe", "psubscribe", "punsubscribe"];
const SILENCE = ["client|reply"];

const there = Object.entries(CASES).filter(([name]) => isThere(name));

function casesOf(isChosen: (name: string) => boolean): readonly Words[] {
  return there.filter(([name]) => isChosen(name)).flatMap(([, list]) => list);
}

/** No damage, nor a word too many, turns one of these into a command with a listed difference. */
function isExact(name: string): boolean {
  const isListed = Object.keys(LISTED).some((listed) => listed.split("|")[0] === name.split("|")[0]);
  return (
    !isListed && ![...TRANSACTIONS, ...CHANNELS, ...SILENCE, "wait", "slowlog", "cluster"].includes(name)
  );
}

const ordinaryCases = casesOf((name) => ![...TRANSACTIONS, ...CHANNELS, ...SILENCE].includes(name));
const exactCases = casesOf(isExact);
const sessionCases = casesOf((name) => isExact(name) || [...TRANSACTIONS, ...CHANNELS].includes(name));
/** Without transactions, because Redis takes CLIENT REPLY OFF inside one. */
const silentCases = casesOf((name) => isExact(name) || ["reset", ...CHANNELS, ...SILENCE].includes(name));

/** Of one key each, so that all can be done in place: found there, missed there, and behind each other in every order. */
const PLAIN = [
  "get",
  "set",
  "setex",
  "psetex",
  "exists",
  "ttl",
  "pttl",
  "del",
  "unlink",
  "expire",
  "pexpire",
];
const plainCases = [...casesOf((name) => PLAIN.includes(name)), ...casesOf((name) => name === "mget")];
const plainSessionCases = [
  ...[...plainCases, ...plainCases, ...plainCases],
  ...casesOf((name) => ["multi", "exec", "discard", "watch", "flushall", "incr", "persist"].includes(name)),
];

function isThere(name: string): boolean {
  const [first, second] = name.split("|");
  const found = COMMANDS.get(first!);
  return second === undefined ? found !== undefined : !!found?.subcommands?.has(second);
}

function asked(from: readonly Words[]): Arbitrary<Asked> {
  const one = fc.constantFrom(...from, ...from, ...from, unknown).chain((words) => words);
  // One word more or less mostly makes a wrong number of arguments.
  const changed = fc.tuple(one, fc.constantFrom("", "", "", "more", "less")).map(([words, change]) => {
    if (change === "more") return [...words, "x"];
    return change === "less" && words.length > 1 ? words.slice(0, -1) : words;
  });
  return fc.tuple(changed.filter(isComparable), fc.nat({ max: 5 })).map(([words, dice]) => ({
    words,
    inline: dice === 0 && words[0] !== "" && words.join("").length < 4000,
  }));
}

/**
 * Whether the replies can be compared. When a client closes its side, Redis drops what the client has not taken, so no
 * reply may have 100 KB. Redis' HELLO applies the options before a wrong one; carrotCache's applies all or none.
 */
function isComparable(words: readonly string[]): boolean {
  const name = words[0]?.toUpperCase();
  if (name === "HELLO") return words.length < 4 || !words.includes("AUTH") || words.length === 7;
  // A push has no fixed place among the replies.
  if (words[1] === "TRACKING") return words.length > 4 || ["FOO", "PREFIX"].includes(words[3]!);
  // Without a name it ends all subscriptions, in the order of a hash table.
  if (name?.endsWith("UNSUBSCRIBE")) return words.length > 1;
  // SLOWLOG GET also shows commands of earlier clients.
  if (name === "SLOWLOG") return words[1] !== "GET" || words.length > 3;
  return name !== "COMMAND" || words.length > 2;
}

/** A word between quotes, with every byte that does not print as its number. */
function quoted(word: string): string {
  if (/^[\w*?-]+$/.test(word)) return word;
  const escaped = word.replaceAll(
    /[^ !#-[\]-~]/g,
    (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${escaped}"`;
}

function encode({ words, inline }: Asked): string {
  return inline ? `${words.map(quoted).join(" ")}\r\n` : command(...words);
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 });

function soundStream(from: readonly Words[], isAlwaysIn2: boolean): Arbitrary<Stream> {
  const hello: Asked = { words: ["HELLO", "3"], inline: false };
  return fc
    .tuple(fc.boolean(), fc.array(asked(from), { minLength: 1, maxLength: 12 }), cuts)
    .map(([isIn3, list, at]) => {
      const all = isIn3 && !isAlwaysIn2 ? [hello, ...list] : list;
      return { asked: all, text: all.map(encode).join(""), damaged: false, cuts: at };
    });
}

const edit = fc.tuple(
  fc.nat(),
  fc.constantFrom("", "0", "1", "-", "*", "$", "\r", "\n", "\r\n", " ", "9", "x", "\0", '"', "'"),
  fc.nat({ max: 2 }),
);

/** Has only commands whose replies are compared byte for byte, because nobody knows which reply is whose. */
const damagedStream: Arbitrary<Stream> = fc
  .tuple(
    fc.array(asked(exactCases), { minLength: 1, maxLength: 6 }),
    fc.array(edit, { minLength: 1, maxLength: 3 }),
    cuts,
  )
  .map(([list, edits, at]) => {
    let text = list.map(encode).join("");
    for (const [position, inserted, removed] of edits) {
      const from = position % (text.length + 1);
      text = text.slice(0, from) + inserted + text.slice(from + removed);
    }
    return { asked: list, text, damaged: true, cuts: at };
  });

export const stream: Arbitrary<Stream> = fc.oneof(
  { weight: 2, arbitrary: soundStream(ordinaryCases, true) },
  { weight: 1, arbitrary: soundStream(sessionCases, false) },
  { weight: 1, arbitrary: soundStream(silentCases, false) },
  { weight: 1, arbitrary: damagedStream },
  { weight: 1, arbitrary: soundStream(plainCases, true) },
  { weight: 1, arbitrary: soundStream(plainSessionCases, false) },
);
