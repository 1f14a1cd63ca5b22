/** Goal: inline commands are split as redis-server splits them. Method: lines and their words, as Redis gave them. */
import test from "ava";
import fc from "fast-check";
import { splitInline } from "../../proto/inline.ts";

function words(line: string): string[] | undefined {
  const split = splitInline(Buffer.from(line, "latin1"));
  if (split === undefined) return undefined;
  return split.ends.map((end, i) => split.bytes.toString("latin1", i > 0 ? split.ends[i - 1] : 0, end));
}

const lines: readonly [line: string, words: string[] | undefined][] = [
  ["", []],
  [" \t\v\f\r ", []],
  ["GET key", ["GET", "key"]],
  ["  GET \t key  ", ["GET", "key"]],
  [" \v GET x", ["GET", "x"]],
  ["a\rb", ["a", "b"]],
  ["foo\vbar a\fb", ["foo\vbar", "a\fb"]],
  ['""', [""]],
  ["''", [""]],
  ["ECHO '' \"\"", ["ECHO", "", ""]],
  ['"a b"', ["a b"]],
  ["'a b' c", ["a b", "c"]],
  ['"a"\tb', ["a", "b"]],
  ['pre"fix"', ["prefix"]],
  ["pre'fix' x", ["prefix", "x"]],
  ['"\\x41\\x7a\\xFF"', ["Az\xff"]],
  ['"\\x4\\xg1\\x"', ["x4xg1x"]],
  ['"\\n\\r\\t\\b\\a"', ["\n\r\t\b\x07"]],
  ['"\\q\\\\\\""', ['q\\"']],
  ["'a\\'b\\n'", ["a'b\\n"]],
  ["a\\x41", ["a\\x41"]],
  ["\xe9\xff", ["\xe9\xff"]],
  ['"', undefined],
  ["'", undefined],
  ['"abc', undefined],
  ['"abc\\', undefined],
  ['"abc\\"', undefined],
  ["'abc\\'", undefined],
  ['"a"b', undefined],
  ["'a'b", undefined],
  ['a"b"c', undefined],
  ['set """test-key""" v', undefined],
];

for (const [line, expected] of lines) {
  test(`splits ${JSON.stringify(line)}`, (t) => t.deepEqual(words(line), expected));
}

test("any bytes come through double quotes as \\xHH", (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 5 }), (args) => {
      const quoted = args.map(
        (arg) => `"${[...arg].map((b) => `\\x${b.toString(16).padStart(2, "0")}`).join("")}"`,
      );
      t.deepEqual(
        words(quoted.join(" ")),
        args.map((arg) => Buffer.from(arg).toString("latin1")),
      );
    }),
    { numRuns: 200 },
  );
});

test("the words share no memory with the line", (t) => {
  const line = Buffer.from("GET key");
  const split = splitInline(line)!;
  line.fill(0);
  t.is(split.bytes.toString(), "GETkey");
});
