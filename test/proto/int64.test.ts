/**
 * Goal: an integer is what Redis takes for one, and nothing else. Method: calls of the function.
 */
import test from "ava";
import { int64Of, isInt64 } from "../../proto/int64.ts";

test("an integer has at most 64 bits and is spelt as Redis prints it", (t) => {
  for (const text of ["0", "-1", "9223372036854775807", "-9223372036854775808"]) {
    t.is(int64Of(Buffer.from(text)), BigInt(text));
  }
  for (const text of ["", "-", "-0", "00", "+1", "1 ", "9223372036854775808", "1".repeat(1e6)]) {
    t.is(int64Of(Buffer.from(text)), undefined);
  }
});

test("an integer of 64 bits lies between Redis' limits", (t) => {
  t.true(isInt64(2n ** 63n - 1n) && isInt64(-(2n ** 63n)));
  t.false(isInt64(2n ** 63n) || isInt64(-(2n ** 63n) - 1n));
});
