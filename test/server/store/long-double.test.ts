/**
 * Goal: sums are redis-server's, digit for digit: read, rounded and printed in the same way, and refused for the same texts.
 * Method: pairs of random and of odd texts go to INCRBYFLOAT of a real redis-server; RUNS=n compares more. The sums in the
 * first tests are redis-server's.
 */
import test from "ava";
import fc from "fast-check";
import { isFloat, sumOfFloats } from "../../../server/store/long-double.ts";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";

const RUNS = Number(process.env.RUNS ?? 2000);
const sum = (a: string, b: string) => sumOfFloats(Buffer.from(a, "latin1"), Buffer.from(b, "latin1"));

test("sums are rounded to 64 bits and printed with 17 digits behind the point", (t) => {
  t.is(sum("3.0e3", "200"), "3200");
  t.is(sum("0.1", "0.2"), "0.3");
  t.is(sum("762.86", "500319780628199"), "500319780628961.8599853515625");
  t.is(sum("18446744073709551615", "1"), "18446744073709551616");
  t.is(sum("36893488147419103233", "0"), "36893488147419103232");
  t.is(sum("-1e-30", "0"), "0");
  t.is(sum("1e4931", "1e-4950")?.length, 4932);
  t.is(sumOfFloats(undefined, undefined), "0");
});

test("a text is a number as strtold reads it, without a space, and without an end that is none", (t) => {
  for (const text of ["+1", "01", ".5", "1.", "1e5", "0x1p3", "0X.8", "-inf", "1e-4940", "0e999999999999"])
    t.true(isFloat(Buffer.from(text)), text);
  for (const text of [
    "",
    " 1",
    "1 ",
    ".",
    "1e",
    "0x",
    "nan",
    "1\0",
    "--1",
    "1e99999999999",
    "1e-5000",
    "\xb2",
  ])
    t.false(isFloat(Buffer.from(text, "latin1")), text);
  t.false(isFloat(Buffer.from("0".repeat(5120))));
  t.true(isFloat(Buffer.from("0".repeat(5119))));
});

test("a sum is finite, or is not made", (t) => {
  t.is(sum("inf", "1"), "not finite");
  t.is(sum("inf", "-inf"), "not finite");
  t.is(sum("1.1e4932", "1.1e4932"), "not finite");
  t.is(sum("inf", "x"), undefined);
});

const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`));
const sign = fc.constantFrom("", "-", "+");
const join = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(""));
const exponent = (most: number) => fc.integer({ min: -most, max: most }).map(String);
const hex = fc.nat(2 ** 31).map((n) => n.toString(16));
const text = fc.oneof(
  join(sign, digits(25)),
  join(sign, digits(12), fc.constant("."), digits(25)),
  join(sign, digits(3), fc.constant("."), digits(2)),
  join(sign, digits(1), fc.constant("."), digits(20), fc.constant("e"), exponent(5000)),
  join(sign, fc.constant("0x"), hex, fc.constant("."), hex, fc.constant("p"), exponent(100)),
  join(sign, fc.constant("0x1."), hex, fc.constant("p"), exponent(16_500)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.string({ unit: fc.constantFrom(..."01+-.eExXpPinfa \0\xff"), maxLength: 6 }),
  fc.constantFrom("inf", "-INF", "infinity", "nan", "nan(1)", "0x1p16384", "0x1p-16445", "0x1p-16446"),
  fc.constantFrom("1.18e4932", "1.2e4932", "1.8e-4951", "3.6e-4951", "0.000000000000000005", "0x1.8p-18"),
);

testWith(program("redis-server"))("random sums are redis-server's", async (t) => {
  const redis = await RedisServer.start();
  t.teardown(() => redis.stop());
  const pairs = fc.sample(fc.tuple(text, text), {
    numRuns: RUNS,
    ...(process.env.SEED && { seed: +process.env.SEED }),
  });
  const theirs: string[] = [];
  // Of a longer answer Redis would drop the rest.
  for (let at = 0; at < pairs.length; at += 20) {
    const asked = pairs
      .slice(at, at + 20)
      .map(([a, b]) => command("SET", "k", a) + command("INCRBYFLOAT", "k", b));
    const answers = (await redis.answer(Buffer.from(asked.join(""), "latin1"))).toString("latin1");
    theirs.push(...answers.split("+OK\r\n").slice(1));
  }
  t.is(theirs.length, pairs.length);
  for (const [i, [a, b]] of pairs.entries()) {
    const ours = sum(a, b);
    const reply =
      ours === undefined
        ? "-ERR value is not a valid float\r\n"
        : ours === "not finite"
          ? "-ERR increment would produce NaN or Infinity\r\n"
          : `$${ours.length}\r\n${ours}\r\n`;
    if (theirs[i] !== reply) t.is(theirs[i], reply, JSON.stringify([a, b]));
  }
});
