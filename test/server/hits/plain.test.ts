/**
 * Goal: words and numbers of a plain command are read exactly.
 * Method: words by the real reader; every number of a range, and what looks like one.
 */
import test from "ava";
import { COMMAND, CommandReader } from "../../../proto/command-reader.ts";
import { isWord, positiveAt } from "../../../server/hits/plain.ts";
import { command, LIMITS } from "../../proto/read-commands.ts";

test("a word is known in upper and lower case, and no other bytes are taken for it", (t) => {
  const isEx = (word: string) => {
    const reader = new CommandReader(LIMITS);
    reader.push(Buffer.from(command("SET", word), "latin1"));
    if (reader.next() !== COMMAND) throw new Error("no command");
    return isWord(reader, 1, "ex");
  };
  for (const word of ["ex", "EX", "eX"]) t.true(isEx(word));
  for (let byte = 0; byte < 256; byte++) {
    const char = String.fromCharCode(byte);
    t.is(isEx(`e${char}`), char === "x" || char === "X", `${byte}`);
  }
  for (const word of ["", "e", "exx", " ex"]) t.false(isEx(word));
});

test("a positive number of up to nine digits is read, and nothing else", (t) => {
  const read = (text: string) => positiveAt(Buffer.from(`1${text}1`), 1, 1 + text.length);
  for (const number of [1, 9, 10, 12_345, 999_999_999]) t.is(read(String(number)), number);
  for (const text of ["", "0", "01", "-1", "+1", "1.5", "1e3", " 1", "1:", "1/", "1234567890"])
    t.is(read(text), 0, text);
});
