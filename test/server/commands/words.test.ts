/**
 * Goal: words are read as Redis reads them. Method: calls of the functions.
 */
import test from "ava";
import { integerOf, isClientName, nameOf, wordOf } from "../../../server/commands/words.ts";

test("an option ends at a NUL and is in lower case; a long word is no option", (t) => {
  t.is(wordOf(Buffer.from("KeepTTL")), "keepttl");
  t.is(wordOf(Buffer.from("NX\0junk")), "nx");
  t.is(wordOf(Buffer.from("")), "");
  t.not(wordOf(Buffer.from("nx".padEnd(100))), "nx");
});

test("an integer beyond 53 bits becomes the nearest number", (t) => {
  t.is(integerOf(Buffer.from("-5")), -5);
  t.is(integerOf(Buffer.from("9223372036854775807")), 2 ** 63);
  t.is(integerOf(Buffer.from("9223372036854775808")), undefined);
  t.is(integerOf(Buffer.from("1.5")), undefined);
});

test("a name is in lower case and has every byte, also a NUL; a long name is cut", (t) => {
  t.is(nameOf(Buffer.from("Client")), "client");
  t.is(nameOf(Buffer.from("get\0x")), "get\0x");
  t.is(nameOf(Buffer.from("x".repeat(1e6))).length, 64);
});

test("a client's name has only characters that a line of CLIENT LIST can show", (t) => {
  t.true(isClientName(Buffer.from("!a~")));
  t.true(isClientName(Buffer.from("")));
  for (const name of ["a b", "a\n", "\x7f", "\xff"]) t.false(isClientName(Buffer.from(name, "latin1")), name);
});
