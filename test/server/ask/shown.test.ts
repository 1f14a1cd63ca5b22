/** Goal: replies become text and tables that a terminal may get. Method: values and rows by example. */
import test from "ava";
import { pairsOf, plainOf, table, textFor } from "../../../server/ask/shown.ts";

test("columns of numbers end at one place, others begin at one", (t) => {
  t.is(
    table([
      ["id", "n", "share"],
      ["a", "5", "9.5%"],
      ["long", "123", "90.5%"],
    ]),
    "id      n  share\na       5   9.5%\nlong  123  90.5%\n",
  );
});

test("text is text, and what a terminal would obey is quoted", (t) => {
  t.is(textFor(Buffer.from("grün 5")), "grün 5");
  t.is(textFor(Buffer.from("a\u202eb")), String.raw`"a\xe2\x80\xaeb"`);
  t.is(textFor(Buffer.from([0xff, 0x1b])), String.raw`"\xff\x1b"`);
});

test("a map of RESP2 becomes an object, bytes that are no UTF-8 their base64", (t) => {
  const reply = [Buffer.from("a"), 1, Buffer.from("b"), Buffer.from([255])];
  t.deepEqual(pairsOf(plainOf(reply)), { a: 1, b: { base64: "/w==" } });
});
