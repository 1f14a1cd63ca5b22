/**
 * Goal: numbers are written as C's printf writes them. Method: texts that glibc gave; string-format.test.ts and
 * base-library.test.ts compare with redis-server.
 */
import test from "ava";
import fc from "fast-check";
import { textE, textF, textG } from "../../../server/scripts/number-text.ts";

test("%g has an exponent for large and small numbers, and no zeros at its end", (t) => {
  for (const [value, precision, text] of [
    [0, 14, "0"],
    [-0, 14, "-0"],
    [5, 14, "5"],
    [0.1, 14, "0.1"],
    [0.1, 17, "0.10000000000000001"],
    [1e14, 14, "1e+14"],
    [99999999999999, 14, "99999999999999"],
    [123456789012345, 14, "1.2345678901234e+14"],
    [1e-4, 14, "0.0001"],
    [1e-5, 14, "1e-05"],
    [1e100, 14, "1e+100"],
    [15947634569000324, 17, "15947634569000324"],
    [1e17, 17, "1e+17"],
    [2 ** 53, 14, "9.007199254741e+15"],
    [5e-324, 14, "4.9406564584125e-324"],
    [1.7976931348623157e308, 14, "1.7976931348623e+308"],
    [Number.POSITIVE_INFINITY, 14, "inf"],
    [Number.NEGATIVE_INFINITY, 14, "-inf"],
    [Number.NaN, 14, "-nan"],
    [100000, 6, "100000"],
    [1000000, 6, "1e+06"],
    [0.5, 0, "0.5"],
  ] as const)
    t.is(textG(value, precision), text);
  t.is(textG(1.5, 6, true), "1.50000");
});

test("in the middle of two texts the even digit is taken", (t) => {
  t.deepEqual(
    [0.5, 1.5, 2.5, -2.5].map((value) => textF(value, 0)),
    ["0", "2", "2", "-2"],
  );
  t.is(textF(2.25, 1), "2.2");
  t.is(textF(2.35, 1), "2.4");
  t.is(textE(2.5, 0), "2e+00");
  t.is(textE(-3.5, 0), "-4e+00");
});

test("%f has no exponent, however large the number", (t) => {
  t.is(textF(1e21, 2), "1000000000000000000000.00");
  t.is(textF(-0, 1), "-0.0");
  t.is(textF(1 / 3, 3), "0.333");
});

test("17 digits say all of a double", (t) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
      t.is(Number(textG(value, 17)), value),
    ),
  );
});
