/**
 * Goal: the keys of a command are found by its facts, also where a word says how many there are.
 */
import test from "ava";
import { keysOf } from "../../../server/commands/keys-of.ts";

const words = (line: string) => line.split(" ").map((word) => Buffer.from(word));
const found = (facts: Parameters<typeof keysOf>[0], line: string) => keysOf(facts, words(line))?.map(String);

test("keys stand at places that facts give", (t) => {
  t.deepEqual(found({ keys: { first: 1, last: -1, step: 2 } }, "MSETNX a 1 b 2"), ["a", "b"]);
  t.deepEqual(found({ keys: { first: 1, last: 2, step: 1 } }, "COPY a b REPLACE"), ["a", "b"]);
  t.deepEqual(found({}, "PING a"), []);
});

test("keys stand behind a word that counts them; a wrong count has no keys", (t) => {
  t.deepEqual(found({ keyCountAt: 2 }, "EVAL return 2 a b c"), ["a", "b"]);
  t.deepEqual(found({ keyCountAt: 2 }, "EVAL return 0"), []);
  for (const line of ["EVAL return 4 a b c", "EVAL return -1 a", "EVAL return x a", "EVAL return"])
    t.is(found({ keyCountAt: 2 }, line), undefined, line);
});
