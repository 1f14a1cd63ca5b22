/** Goal: lengths are read as strictly as Redis reads them. Method: a table of texts and their numbers. */
import test from "ava";
import { parseDecimal } from "../../proto/command-header.ts";

function parsed(text: string): number {
  return parseDecimal(Buffer.from(`*${text}\r`), 1, 1 + text.length);
}

test("reads decimals, negative ones too", (t) => {
  for (const number of [0, 1, 9, 10, 1048576, 2 ** 31, 2 ** 53 - 1, -1, -10, -1048576]) {
    t.is(parsed(String(number)), number);
  }
  t.true(parsed("9223372036854775807") > 9e18);
  t.true(parsed("-9223372036854775808") < -9e18);
});

test("refuses every other form of a number", (t) => {
  const texts = [
    "",
    "-",
    "+1",
    " 1",
    "1 ",
    "01",
    "00",
    "-0",
    "-01",
    "1.0",
    "1e3",
    "0x4",
    "1\n",
    "\0",
    "--1",
    "a",
    "1:",
  ];
  for (const text of texts) t.is(parsed(text), Number.NaN, JSON.stringify(text));
});

test("refuses numbers that do not fit in 64 bits", (t) => {
  for (const text of [
    "9223372036854775808",
    "-9223372036854775809",
    "9".repeat(19),
    "1".repeat(20),
    "1".repeat(400),
  ]) {
    t.is(parsed(text), Number.NaN, text);
  }
});

test("reads only the range that it is given", (t) => {
  t.is(parseDecimal(Buffer.from("*1234"), 1, 3), 12);
});
