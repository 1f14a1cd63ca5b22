/**
 * Goal: a text about a load is one short clean line, whatever was thrown. Method: a table of hostile things to throw, and
 * chance for the characters.
 */

import test from "ava";
import fc from "fast-check";
import { KeyNotAllowed, ValueTooLarge } from "../../../server/loaders/errors.ts";
import {
  loaderFailed,
  loaderReturnedWrongCount,
  loaderReturnedWrongTtl,
  loaderReturnedWrongType,
  oneLine,
} from "../../../server/loaders/load-error-texts.ts";

const failed = (thrown: unknown): string => loaderFailed(thrown, 100);

test("says what was thrown", (t) => {
  t.is(failed(new Error("no route")), "loader failed: no route");
  t.is(failed("plain text"), "loader failed: plain text");
  t.is(failed(undefined), "loader failed: threw undefined");
  t.is(failed(null), "loader failed: threw null");
  t.is(failed(7), "loader failed: threw a number");
  t.is(failed({ message: "not an Error" }), "loader failed: threw an object");
  t.is(failed(new Error("")), "loader failed: Error");
  t.is(failed(new Error("\r\n")), "loader failed: no message");
  t.is(
    failed(Object.assign(new AggregateError([]), { code: "ECONNREFUSED" })),
    "loader failed: ECONNREFUSED",
  );
});

test("the loaders' own errors have texts of their own", (t) => {
  t.is(failed(new KeyNotAllowed()), "key not allowed for this loader");
  t.is(failed(new ValueTooLarge()), "loader value too large (max 100 bytes)");
});

test("making the text never throws, whatever was thrown", (t) => {
  const hostile = Object.defineProperty(new Error("x"), "message", {
    get: () => {
      throw new Error("from the getter");
    },
  });
  t.is(failed(hostile), "loader failed: no message");
  t.is(failed(Object.assign(new Error("x"), { message: Symbol("s") })), "loader failed: no message");
});

test("a message cannot start a new line, move the cursor or go on for ever", (t) => {
  t.is(failed(new Error("a\r\n+OK\r\nb")), "loader failed: a +OK b");
  t.is(oneLine("\x1b[2J\nFAKE\u2028x\u202ey\0\x7f\x85"), "[2J FAKE x y");
  t.is(oneLine("x".repeat(1 << 20)).length, 200);
  t.true(oneLine(`x${"\u{1F955}".repeat(300)}`).isWellFormed());
});

test("no text has control characters, whatever the characters of the message", (t) => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 1000 }), (message) => {
      const text = failed(new Error(message));
      return text.length <= 215 && /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u.test(text) && text.isWellFormed();
    }),
  );
  t.pass();
});

test("says what was returned in place of a value", (t) => {
  t.is(loaderReturnedWrongType(undefined), "loader returned undefined (expected bytes, text or null)");
  t.is(loaderReturnedWrongType([]), "loader returned an array (expected bytes, text or null)");
  t.is(loaderReturnedWrongTtl(Number.NaN), "loader returned ttlMs NaN (expected milliseconds, 0 or more)");
  t.is(loaderReturnedWrongTtl("5"), "loader returned ttlMs text (expected milliseconds, 0 or more)");
  const count = "(expected an array with a result a key)";
  t.is(loaderReturnedWrongCount([1], 3), `loader returned 1 results for 3 keys ${count}`);
  t.is(loaderReturnedWrongCount(new Map(), 3), `loader returned a Map for 3 keys ${count}`);
});
