/**
 * Goal: an operation makes Redis' value and Redis' reply of the old value, or says why not before it takes memory.
 * Method: calls; key-differential.test.ts compares random ones with redis-server.
 */
import test from "ava";
import type { Comparison, Operation } from "../../../cluster/edit.ts";
import { compare, operate } from "../../../server/store/operate.ts";

type Made = [value: string | undefined, result: string] | string;

function make(
  kind: Operation["kind"],
  old: string | undefined,
  argument: string,
  at = 0,
  max = 1 << 20,
): Made {
  const bytes = old === undefined ? undefined : Buffer.from(old, "latin1");
  const made = operate(bytes, { kind, argument: Buffer.from(argument, "latin1"), at }, max);
  if ("error" in made) return made.error;
  return [made.value && Buffer.from(made.value).toString("latin1"), made.result];
}

test("a counter has 64 bits, begins at 0, and refuses what is no integer", (t) => {
  t.deepEqual(make("add", undefined, "5"), ["5", "5"]);
  t.deepEqual(make("add", "9223372036854775806", "1"), ["9223372036854775807", "9223372036854775807"]);
  t.deepEqual(make("add", "-1", "-9223372036854775807"), ["-9223372036854775808", "-9223372036854775808"]);
  for (const [old, by] of [
    ["9223372036854775807", "1"],
    ["-9223372036854775808", "-1"],
  ] as const)
    t.is(make("add", old, by), "increment or decrement would overflow");
  for (const old of ["", " 1", "1 ", "+1", "01", "1e5", "-0", "1".repeat(20), "\xff", "1.0", "1\0"])
    t.is(make("add", old, "1"), "value is not an integer or out of range", old);
  t.is(make("add", "1", "x"), "value is not an integer or out of range");
});

test("a sum with a fraction is printed with 17 digits at most", (t) => {
  t.deepEqual(make("addFloat", "10.50", "0.1"), ["10.6", "10.6"]);
  t.deepEqual(make("addFloat", undefined, "5.0e3"), ["5000", "5000"]);
  t.is(make("addFloat", "abc", "1"), "value is not a valid float");
  t.is(make("addFloat", "1", "inf"), "increment would produce NaN or Infinity");
});

test("bytes are written at the end or over a part, and zeros fill the gap", (t) => {
  t.deepEqual(make("append", undefined, ""), ["", "0"]);
  t.deepEqual(make("append", "a\0", "\xff"), ["a\0\xff", "3"]);
  t.deepEqual(make("setRange", "Hello World", "Redis", 6), ["Hello Redis", "11"]);
  t.deepEqual(make("setRange", undefined, "x", 3), ["\0\0\0x", "4"]);
  t.deepEqual(make("setRange", "abc", "", 100), [undefined, "3"]);
  t.deepEqual(make("setRange", undefined, "", 100), [undefined, "0"]);
});

test("a bit counts from the highest of the first byte, and answers what it was", (t) => {
  t.deepEqual(make("setBit", undefined, "\x01", 7), ["\x01", "0"]);
  t.deepEqual(make("setBit", "\xff", "\0", 0), ["\x7f", "1"]);
  t.deepEqual(make("setBit", "a", "\x01", 16), ["a\0\x80", "0"]);
});

test("the old value stays as it is", (t) => {
  const old = Buffer.from("abc");
  operate(old, { kind: "setRange", argument: Buffer.from("X"), at: 0 }, 100);
  operate(old, { kind: "setBit", argument: Buffer.of(1), at: 0 }, 100);
  t.is(old.toString(), "abc");
});

test("a value longer than the group's limit or than Redis' limit is refused, whatever memory there is", (t) => {
  const long = "value is too long (max 10 bytes)";
  t.is(make("append", "12345678", "abc", 0, 10), long);
  t.is(make("setRange", undefined, "a", 10, 10), long);
  t.is(make("setBit", undefined, "\x01", 80, 10), long);
  t.deepEqual(make("append", "12345678", "ab", 0, 10), ["12345678ab", "10"]);
  const longer = "string exceeds maximum allowed size (proto-max-bulk-len)";
  t.is(make("setRange", undefined, "a", 512 << 20, 2 ** 40), longer);
  t.is(make("setRange", "a", "a", 2 ** 32 - 1, 10), longer);
});

test("a value is equal byte by byte, and a missing one is different from everything", (t) => {
  const holds = (old: string | undefined, kind: Comparison["kind"], to: string) =>
    compare(old === undefined ? undefined : Buffer.from(old, "latin1"), {
      kind,
      to: Buffer.from(to, "latin1"),
    });
  t.deepEqual([holds("a\xff", "equal", "a\xff"), holds("a\xff", "different", "a\xff")], [true, false]);
  t.deepEqual([holds("0123", "equal", "123"), holds("0123", "different", "123")], [false, true]);
  t.deepEqual(
    [holds("", "equal", ""), holds(undefined, "equal", ""), holds(undefined, "different", "")],
    [true, false, true],
  );
});

test("a digest is equal in either case; of a wrong one only the length is an error, and only where there is a value", (t) => {
  const hello = "9555e8555c62dcfd";
  const holds = (old: string | undefined, kind: Comparison["kind"], to: string) =>
    compare(old === undefined ? undefined : Buffer.from(old), { kind, to: Buffer.from(to) });
  t.true(holds("hello", "sameDigest", hello));
  t.true(holds("hello", "sameDigest", hello.toUpperCase()));
  t.false(holds("hello", "otherDigest", hello));
  t.false(holds("hello", "sameDigest", "z".repeat(16)));
  t.true(holds("hello", "otherDigest", "z".repeat(16)));
  t.deepEqual(holds("hello", "otherDigest", "0"), { error: "must be exactly 16 hexadecimal characters" });
  t.deepEqual([holds(undefined, "sameDigest", "0"), holds(undefined, "otherDigest", "0")], [false, true]);
});
