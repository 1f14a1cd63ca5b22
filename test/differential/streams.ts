/**
 * Generated streams of commands: sound ones, whose replies are compared one by one, and damaged ones, whose answers
 * are compared as bytes. Either is written as arrays or inline, and sent in pieces.
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
  /** What is sent, latin1; it is more than `asked` says when it is damaged. */
  readonly text: string;
  readonly damaged: boolean;
  /** Where it is cut, each as a part of its length. */
  readonly cuts: readonly number[];
}

type Words = Arbitrary<readonly string[]>;

const there = Object.entries(CASES).filter(([name]) => isThere(name));
const cases: readonly Words[] = there.flatMap(([, list]) => list);
/** Of commands that no damage can turn into one with a listed difference. */
const exactCases = there
  .filter(([name]) => !Object.keys(LISTED).some((listed) => listed.split("|")[0] === name.split("|")[0]))
  .flatMap(([, list]) => list);

function isThere(name: string): boolean {
  const [first, second] = name.split("|");
  const found = COMMANDS.get(first!);
  return second === undefined
    ? found !== undefined
    : !!found?.subcommands?.some((sub) => sub.name === second);
}

function asked(from: readonly Words[]): Arbitrary<Asked> {
  const one = fc.constantFrom(...from, ...from, ...from, unknown).chain((words) => words);
  // One word more or less is a wrong number of arguments, mostly.
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
 * Redis forgets what a client that has closed its side has not taken yet, so no replies of 100 KB. Its HELLO takes
 * the options up to the wrong one; carrotCache's takes all or none.
 */
function isComparable(words: readonly string[]): boolean {
  const name = words[0]?.toUpperCase();
  if (name === "HELLO") return words.length < 4 || !words.includes("AUTH") || words.length === 7;
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

export const soundStream: Arbitrary<Stream> = fc
  .tuple(fc.array(asked(cases), { minLength: 1, maxLength: 12 }), cuts)
  .map(([list, at]) => ({ asked: list, text: list.map(encode).join(""), damaged: false, cuts: at }));

const edit = fc.tuple(
  fc.nat(),
  fc.constantFrom("", "0", "1", "-", "*", "$", "\r", "\n", "\r\n", " ", "9", "x", "\0", '"', "'"),
  fc.nat({ max: 2 }),
);

/** Only of commands whose replies are compared byte for byte, as nobody knows which reply is whose. */
export const damagedStream: Arbitrary<Stream> = fc
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
  { weight: 3, arbitrary: soundStream },
  { weight: 1, arbitrary: damagedStream },
);
