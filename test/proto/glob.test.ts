/**
 * Goal: patterns mean what they mean in Redis, and none of them costs more than pattern times text. Method: a table,
 * and random patterns put to a real redis-server as `KEYS pattern`.
 */
import assert from "node:assert/strict";
import test from "ava";
import fc from "fast-check";
import { Redis } from "ioredis";
import { matchesGlob } from "../../proto/glob.ts";
import { program, testWith } from "../needs.ts";
import { RedisServer } from "./redis-server.ts";

const table: [pattern: string, matching: string[], other: string[]][] = [
  ["", [""], ["a"]],
  ["abc", ["abc"], ["ab", "abcd", "ABC", ""]],
  ["*", ["a", "a\nb", "\0"], [""]],
  ["**", ["a", "ab"], [""]],
  ["a*", ["a", "abc"], ["", "ba"]],
  ["*a", ["a", "bca"], ["ab", ""]],
  ["a**b", ["ab", "axxb"], ["a", "b", "abx"]],
  ["*b*d*", ["bd", "abcde"], ["db"]],
  ["a*b*c", ["abbc", "aXbYbZc"], ["acb"]],
  ["?", ["a", "é", "*"], ["", "ab"]],
  ["a?c", ["abc", "a?c"], ["ac", "abbc"]],
  ["[abc]", ["a", "c"], ["d", "", "ab", "[abc]"]],
  ["[a-c]x", ["ax", "bx"], ["dx", "-x"]],
  ["[c-a]", ["a", "b", "c"], ["d"]],
  ["[^a]", ["b", "^", "]"], ["a", ""]],
  ["[^a-c]", ["d"], ["b"]],
  ["[a^]", ["a", "^"], ["b"]],
  ["[]", [], ["", "a", "]"]],
  ["[^]", ["a", "]"], [""]],
  ["[]a]", [], ["a", "]", "a]"]],
  ["[a-]", ["a", "^", "]"], ["-", "b"]],
  ["[-a]", ["-", "a"], ["b"]],
  ["[abc", ["a", "c"], ["[abc", "d"]],
  ["[", [], ["[", ""]],
  ["[^", ["a", "["], [""]],
  ["[\\]]", ["]"], ["\\"]],
  ["[\\^a]", ["^", "a"], ["b"]],
  ["[\\a-c]", ["a", "-", "c"], ["b"]],
  ["[\\", ["\\"], ["[", "a"]],
  ["\\*", ["*"], ["a", "\\*", ""]],
  ["\\?\\[\\\\", ["?[\\"], ["a[\\"]],
  ["\\a", ["a"], ["\\a"]],
  ["a\\", ["a\\"], ["a"]],
  ["maxmemory*", ["maxmemory", "maxmemory-policy"], ["max"]],
];

for (const [pattern, matching, other] of table) {
  test(`"${pattern}" matches what it matches in Redis`, (t) => {
    for (const text of matching) t.true(matchesGlob(pattern, text), JSON.stringify(text));
    for (const text of other) t.false(matchesGlob(pattern, text), JSON.stringify(text));
  });
}

test("patterns that would take a backtracking matcher for ever are quick", (t) => {
  const text = "a".repeat(20_000);
  t.false(matchesGlob(`${"*a".repeat(200)}b`, text));
  t.false(matchesGlob(`${"a*".repeat(200)}[b]`, text));
  t.false(matchesGlob(`${"*?".repeat(200)}b`, text));
  t.true(matchesGlob("*".repeat(20_000), text));
});

testWith(program("redis-server"))(
  "random patterns match the same keys as in a real redis-server",
  async (t) => {
    const server = await RedisServer.start();
    const redis = new Redis(server.socket);
    try {
      const symbolsAlone = "abc-^]\\[*?".split("");
      const symbols = fc.constantFrom(...symbolsAlone);
      const text = fc.string({ unit: symbols, maxLength: 5 });
      const texts = [...new Set(["", ...symbolsAlone, ...fc.sample(text, { numRuns: 400, seed: 1 })])];
      await redis.mset(texts.flatMap((name) => [name, ""]));
      const pattern = fc.string({ unit: symbols, maxLength: 8 });
      const property = fc.asyncProperty(pattern, async (each) => {
        // KEYS * returns every key without matching, the empty one included.
        const here = texts.filter((name) => each === "*" || matchesGlob(each, name)).sort();
        assert.deepEqual(here, (await redis.keys(each)).sort());
      });
      await t.notThrowsAsync(fc.assert(property, { numRuns: 3000 }));
    } finally {
      redis.disconnect();
      await server.stop();
    }
  },
);
