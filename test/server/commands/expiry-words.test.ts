/**
 * Goal: lifetimes have Redis' bounds, and the words behind SET and GETEX Redis' meaning. Method: calls with the test's
 * time of day; key-differential.test.ts compares with redis-server.
 */
import test from "ava";
import { ErrorReply } from "../../../proto/reply.ts";
import {
  AT_MILLISECOND,
  AT_SECOND,
  lifeOf,
  MILLISECONDS,
  newLifeOf,
  readSetWords,
  SECONDS,
} from "../../../server/commands/expiry-words.ts";

const NOW = 1_700_000_000_000.25;
const b = (...words: string[]) => words.map((word) => Buffer.from(word));
const invalid = new ErrorReply("ERR invalid expire time in 'expire' command");

test("a length of time stays as it is; a time of day becomes the time until then", (t) => {
  const life = (arg: string, unit: typeof SECONDS) => lifeOf({ arg: Buffer.from(arg), unit }, "expire", NOW);
  t.is(life("10", SECONDS), 10_000);
  t.is(life("-10", MILLISECONDS), -10);
  t.is(life("1700000001", AT_SECOND), 999.75);
  t.is(life("1700000000000", AT_MILLISECOND), -0.25);
});

test("a lifetime beyond 64 bits of milliseconds is invalid; a word that is no integer has an error of its own", (t) => {
  const life = (arg: string, unit: typeof SECONDS) => lifeOf({ arg: Buffer.from(arg), unit }, "expire", NOW);
  t.deepEqual(life("9223372036854775", SECONDS), invalid);
  t.deepEqual(life("9223372036854776", AT_SECOND), invalid);
  t.deepEqual(life("-9223372036854776", SECONDS), invalid);
  t.deepEqual(life("9223372036854775807", MILLISECONDS), invalid);
  t.true(typeof life("9223372036854775807", AT_MILLISECOND) === "number");
  for (const arg of ["", "abc", "1.5", " 1", "01", "9223372036854775808"]) {
    t.deepEqual(life(arg, SECONDS), new ErrorReply("ERR value is not an integer or out of range"));
  }
});

test("a life of more than 500 years is cut to 500 years, in every unit", (t) => {
  const life = (arg: number, unit: typeof SECONDS) =>
    lifeOf({ arg: Buffer.from(String(arg)), unit }, "expire", NOW);
  const years500 = 15_778_800_000;
  for (const more of [0, 1, 1e9]) {
    t.is(life(years500 + more, SECONDS), years500 * 1000);
    t.is(life(years500 * 1000 + more, MILLISECONDS), years500 * 1000);
  }
  t.is(life(years500 + 1_700_000_000, AT_SECOND), years500 * 1000 - 0.25);
  t.is(life(years500 + 1_700_000_001, AT_SECOND), years500 * 1000);
  t.is(life(253_402_300_799_999, AT_MILLISECOND), years500 * 1000, "the end of the year 9999");
});

test("a new value must have some time to live", (t) => {
  for (const arg of ["0", "-1"]) {
    t.deepEqual(newLifeOf({ arg: Buffer.from(arg), unit: AT_SECOND }, "expire", NOW), invalid);
  }
  t.is(newLifeOf({ arg: Buffer.from("1"), unit: AT_SECOND }, "expire", NOW), 1000 - NOW);
});

test("SET and GETEX have their own words, in any case", (t) => {
  t.deepEqual(readSetWords(b("nx", "Get", "pX", "5"), 0, "set"), {
    condition: "missing",
    wantsOld: true,
    life: { arg: Buffer.from("5"), unit: MILLISECONDS },
  });
  t.is(readSetWords(b("KEEPTTL", "XX"), 0, "set")?.life, "keep");
  t.is(readSetWords(b("persist"), 0, "getex")?.life, "endless");
  t.deepEqual(readSetWords([], 0, "set"), { condition: undefined, wantsOld: false, life: undefined });
});

test("words that contradict each other, lack their number or belong to another command are a syntax error", (t) => {
  const wrong = ["NX XX", "EX", "EX 1 PX 2", "KEEPTTL EX 1", "EX 1 KEEPTTL", "PERSIST", "FOO", "constructor"];
  for (const words of wrong) t.is(readSetWords(b(...words.split(" ")), 0, "set"), undefined, words);
  for (const words of ["NX", "GET", "KEEPTTL", "PERSIST EX 1", "EX 1 PERSIST"]) {
    t.is(readSetWords(b(...words.split(" ")), 0, "getex"), undefined, words);
  }
  t.truthy(readSetWords(b("EX", "1", "EX", "2"), 0, "set"));
});
