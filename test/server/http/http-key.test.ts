/**
 * Goal: the key in a query is taken byte by byte.
 * Method: a table of spellings; random keys are written and read back.
 */

import test from "ava";
import fc from "fast-check";
import { keyInQuery } from "../../../server/http/http-key.ts";

const hexOf = (query: string): string => {
  const found = keyInQuery(query);
  return "key" in found ? found.key.toString("latin1") : `problem: ${found.problem}`;
};

test("percent-decodes byte by byte", (t) => {
  t.is(hexOf("key=scores:Tom"), "scores:Tom");
  t.is(hexOf("key=%ff%00%C3%ab"), "\xff\0\xc3\xab");
  t.is(hexOf("key=a%2fb%26c%3dd%25"), "a/b&c=d%");
  t.is(hexOf("key=a=b"), "a=b");
  t.is(hexOf("key=$%26$1"), "$&$1");
});

test("a plus is a space, as in every query", (t) => {
  t.is(hexOf("key=a+b%2Bc%20d"), "a b+c d");
});

test("finds the key among other parameters", (t) => {
  t.is(hexOf("a=1&key=Tom&keys=2&monkey=3"), "Tom");
});

test("says what is wrong", (t) => {
  for (const query of ["", "key", "key=", "Key=Tom", "keys=Tom", "a=1"]) {
    t.is(hexOf(query), "problem: no key (expected /api?key=...)", query);
  }
  for (const query of ["key=a&key=b", "key=a&key"]) t.is(hexOf(query), "problem: more than one key");
  for (const query of ["key=%", "key=%4", "key=%zz", "key=a%%41", "key=%+1"]) {
    t.is(hexOf(query), "problem: a % in the key is not followed by two hex digits", query);
  }
});

test("every key can be written and comes back the same", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), (bytes) => {
      const written = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
      t.deepEqual(keyInQuery(`key=${written}`), { key: Buffer.from(bytes) });
    }),
  );
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (text) => {
      t.deepEqual(keyInQuery(`${new URLSearchParams({ key: text })}`), {
        key: Buffer.from(text.toWellFormed()),
      });
    }),
  );
});
