/**
 * Goal: a span names the bytes that hold it, however it counts. Method: spans of short values; bit-commands.test.ts compares
 * all of them with redis-server.
 */
import test from "ava";
import {
  bitsOf,
  bytesOf,
  countOnes,
  findBit,
  type Span,
  spanOf,
} from "../../../server/commands/bit-spans.ts";

const word = (text: string) => Buffer.from(text);
const span = (from: number, to: number, isBits: boolean): Span => ({ from, to, isBits });

test("a span of bits takes only the bytes that hold it", (t) => {
  t.deepEqual(bytesOf(span(9, 17, true)), { from: 1, to: 2 });
  t.deepEqual(bytesOf(span(-9, -1, true)), { from: -2, to: -1 });
  t.deepEqual(bytesOf(span(-1, -9, true)), { from: 0, to: -1 });
  t.deepEqual(bytesOf(span(0, 2 ** 33, false)), { from: 0, to: 2 ** 31 - 1 });
});

test("places are words of Redis, near enough for every value", (t) => {
  t.deepEqual(spanOf(word("9223372036854775807"), word("-1"), word("Bit")), span(2 ** 33, -1, true));
  t.deepEqual(spanOf(word("0"), undefined, undefined), span(0, -1, false));
  t.like(spanOf(word("0"), word("x"), word("foo")), { text: "ERR syntax error" });
  t.like(spanOf(word("0"), word("x"), word("bit")), {
    text: "ERR value is not an integer or out of range",
  });
});

test("bits are counted and found inside of the span only", (t) => {
  const bytes = Buffer.from([0b1000_0001, 0b1111_0000]);
  const bits = (from: number, to: number) => bitsOf(span(from, to, true), bytes, 2);
  t.is(countOnes(bits(1, 8)), 2);
  t.is(countOnes(bits(8, 3)), 0);
  t.is(findBit(bits(1, 15), 1), 7);
  t.is(findBit(bits(7, 11), 0), undefined);
  t.is(findBit(bits(7, 12), 0), 12);
});
