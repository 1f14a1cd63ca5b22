/**
 * Goal: what is found is a longest common subsequence, the stretches say where it lies, and a large table is not made.
 * Method: random values against a plain recursion. key-differential.test.ts compares with redis-server.
 */
import test from "ava";
import fc from "fast-check";
import { longestCommon } from "../../../server/commands/longest-common.ts";

function lengthOf(a: string, b: string): number {
  if (a === "" || b === "") return 0;
  if (a.at(-1) === b.at(-1)) return 1 + lengthOf(a.slice(0, -1), b.slice(0, -1));
  return Math.max(lengthOf(a.slice(0, -1), b), lengthOf(a, b.slice(0, -1)));
}

test("it is as long as any, and its stretches make it up", (t) => {
  const text = fc.string({ maxLength: 7, unit: fc.constantFrom("a", "b", "c") });
  const property = fc.property(text, text, (a, b) => {
    const { bytes, matches } = longestCommon(Buffer.from(a), Buffer.from(b))!;
    t.is(bytes.length, lengthOf(a, b));
    const parts = matches.toReversed().map(({ inA, inB, length }) => {
      t.is(a.slice(inA, inA + length), b.slice(inB, inB + length));
      return a.slice(inA, inA + length);
    });
    t.is(parts.join(""), String(bytes));
  });
  fc.assert(property);
});

test("values whose table would be too large are refused, the largest that fit are not", (t) => {
  t.is(longestCommon(Buffer.alloc(4096), Buffer.alloc(4096)), undefined);
  t.is(longestCommon(Buffer.alloc(1 << 24), Buffer.alloc(1)), undefined);
  t.is(longestCommon(Buffer.alloc(4095, "a"), Buffer.alloc(4095, "a"))?.bytes.length, 4095);
  t.is(longestCommon(Buffer.alloc(0), Buffer.alloc(10))?.bytes.length, 0);
});
