/**
 * Goal: lines split into words as in redis.conf, and every word can be written so that it reads back.
 * Method: a table of lines, and a property over arbitrary byte strings (fast-check prints the seed of a
 * failure).
 */

import test from "ava";
import fc from "fast-check";
import { Complaint } from "../../../server/conf/conf-error.ts";
import { bytesOf, quoteWord, splitWords, textOf, wordOf } from "../../../server/conf/quoting.ts";

const lines: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["", []],
  ["   \t ", []],
  ["# a comment", []],
  ["   # a comment", []],
  ["port 6390", ["port", "6390"]],
  ["  port\t6390  \r", ["port", "6390"]],
  ["port 6390 # the usual one", ["port", "6390"]],
  ["requirepass a#b", ["requirepass", "a#b"]],
  ['requirepass "#b"', ["requirepass", "#b"]],
  ['requirepass ""', ["requirepass", ""]],
  ["requirepass ''", ["requirepass", ""]],
  ['a "two words" b', ["a", "two words", "b"]],
  [String.raw`a "\n\r\t\b\a\"\\\x41\xff"`, ["a", '\n\r\t\b\x07"\\A\xff']],
  [String.raw`a "\q\xg1"`, ["a", "qxg1"]],
  [String.raw`a 'it\'s \n'`, ["a", String.raw`it's \n`]],
  [String.raw`a c:\temp`, ["a", String.raw`c:\temp`]],
  ['a half"quoted"', ["a", "halfquoted"]],
  ["a \xc2\xa0b", ["a", "\xc2\xa0b"]],
];

for (const [line, words] of lines) {
  test(`${JSON.stringify(line)} is ${JSON.stringify(words)}`, (t) => {
    t.deepEqual(splitWords(line), [...words]);
  });
}

for (const line of ['a "b', "a 'b", 'a "b"c', 'a "b\\"', "a 'b\\'", 'a b"', 'a "b" "']) {
  test(`${JSON.stringify(line)} has unbalanced quotes`, (t) => {
    t.true(splitWords(line) instanceof Complaint);
  });
}

const word = fc.uint8Array({ maxLength: 40 }).map((bytes) => wordOf(bytes));

test("what quoteWord writes reads back as the same word", (t) => {
  fc.assert(
    fc.property(fc.array(word), (words) => {
      t.deepEqual(splitWords(words.map(quoteWord).join(" ")), words);
    }),
  );
  t.pass();
});

test("any line is split or gives a complaint, and never throws", (t) => {
  const piece = fc.constantFrom('"', "'", "\\", "#", " ", "x", "\\x", "41", "\n", "a");
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const words = splitWords(pieces.join(""));
      return Array.isArray(words) || words instanceof Complaint;
    }),
  );
  t.pass();
});

test("bytes survive the way in and out", (t) => {
  const bytes = Buffer.from([0, 127, 128, 255]);
  t.deepEqual(bytesOf(wordOf(bytes)), bytes);
  t.is(textOf(wordOf("Zürich 東京")), "Zürich 東京");
  t.is(textOf("\xff"), undefined);
});
