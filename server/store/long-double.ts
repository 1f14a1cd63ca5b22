/**
 * INCRBYFLOAT's arithmetic: sums of `long double` as redis-server computes and prints them on x86-64.
 *
 * A number has a mantissa of 64 bits and a binary exponent (x87's extended format). Reading, adding and printing each
 * round once, half to even, as strtold, the processor and printf("%.17Lf") do; all is done with whole numbers, so no
 * platform differs. Invariant: texts and numbers are bounded, whatever exponent a client writes.
 */

/** mantissa * 2^exponent. A finite number whose mantissa has at most 64 bits; negative numbers have a negative one. */
interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const MANTISSA_BITS = 64;
/** The exponent of the smallest number above 0. */
const MIN_EXPONENT = -16_445;
/** Numbers from 2^this on are infinite. */
const MAX_BITS = 16_384;
/** Redis reads no longer text as a number. */
const MAX_TEXT_BYTES = 5 * 1024 - 1;
/** Decimal exponents beyond these give an infinite number or 0, whatever the digits. */
const MAX_DECIMAL = 5000;
const MIN_DECIMAL = -5000;
const FRACTION_DIGITS = 17;
const SCALE = 10n ** BigInt(FRACTION_DIGITS);

const DECIMAL = /^([+-]?)(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:e([+-]?[0-9]+))?$/i;
const HEX = /^([+-]?)0x(?:([0-9a-f]+)\.?([0-9a-f]*)|\.([0-9a-f]+))(?:p([+-]?[0-9]+))?$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/** The sum as Redis prints it. Undefined: one of them is no number. A missing number is 0. */
export function sumOfFloats(
  a: Uint8Array | undefined,
  b: Uint8Array | undefined,
): string | "not finite" | undefined {
  const left = a === undefined ? ZERO : read(a);
  const right = b === undefined ? ZERO : read(b);
  if (left === undefined || right === undefined) return undefined;
  if (left === "infinite" || right === "infinite") return "not finite";
  const exponent = Math.min(left.exponent, right.exponent);
  const exact =
    (left.mantissa << BigInt(left.exponent - exponent)) +
    (right.mantissa << BigInt(right.exponent - exponent));
  const sum = rounded(exact, 1n, exponent);
  return sum === "infinite" ? "not finite" : print(sum);
}

/** Whether Redis takes a text for a number; an infinite one is a number, too. */
export function isFloat(bytes: Uint8Array): boolean {
  return read(bytes) !== undefined;
}

const ZERO: LongDouble = { mantissa: 0n, exponent: 0 };

function read(bytes: Uint8Array): LongDouble | "infinite" | undefined {
  if (bytes.length === 0 || bytes.length > MAX_TEXT_BYTES) return undefined;
  const text = Buffer.from(bytes).toString("latin1");
  if (INFINITE.test(text)) return "infinite";
  const isHex = /x/i.test(text);
  const match = (isHex ? HEX : DECIMAL).exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = match[4] ?? "", , power = "0"] = match;
  const digits = BigInt(`${isHex ? "0x" : ""}${whole}${fraction}`);
  if (digits === 0n) return ZERO;
  const value = isHex
    ? binary(digits, Number(power) - 4 * fraction.length)
    : decimal(digits, Number(power) - fraction.length, whole.length + fraction.length);
  // strtold reports a number that is too large or that becomes 0, and Redis refuses it.
  if (value === "infinite" || value.mantissa === 0n) return undefined;
  return sign === "-" ? { ...value, mantissa: -value.mantissa } : value;
}

/** digits * 2^exponent */
function binary(digits: bigint, exponent: number): LongDouble | "infinite" {
  if (exponent > MAX_BITS) return "infinite";
  if (exponent < 2 * MIN_EXPONENT - 4 * MAX_TEXT_BYTES) return ZERO;
  return rounded(digits, 1n, exponent);
}

/** digits * 10^exponent */
function decimal(digits: bigint, exponent: number, count: number): LongDouble | "infinite" {
  if (exponent > MAX_DECIMAL) return "infinite";
  if (exponent + count < MIN_DECIMAL) return ZERO;
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0 ? rounded(digits, power, 0) : rounded(digits * power, 1n, 0);
}

/** The nearest number to (numerator / denominator) * 2^exponent. */
function rounded(numerator: bigint, denominator: bigint, exponent: number): LongDouble | "infinite" {
  if (numerator === 0n) return ZERO;
  if (numerator < 0n) {
    const positive = rounded(-numerator, denominator, exponent);
    return positive === "infinite" ? positive : { ...positive, mantissa: -positive.mantissa };
  }
  // One of two neighbouring exponents gives 64 bits; below the smallest exponent there are fewer bits.
  let shift = bitsOf(numerator) - bitsOf(denominator) - MANTISSA_BITS;
  if (bitsOf(quotient(numerator, denominator, shift).whole) > MANTISSA_BITS) shift++;
  shift = Math.max(shift, MIN_EXPONENT - exponent);
  const mantissa = halfToEven(quotient(numerator, denominator, shift));
  const result = { mantissa, exponent: exponent + shift };
  return bitsOf(mantissa) + result.exponent > MAX_BITS ? "infinite" : result;
}

interface Quotient {
  readonly whole: bigint;
  readonly rest: bigint;
  readonly divisor: bigint;
}

/** numerator / (denominator * 2^shift), not rounded. */
function quotient(numerator: bigint, denominator: bigint, shift: number): Quotient {
  const dividend = shift < 0 ? numerator << BigInt(-shift) : numerator;
  const divisor = shift > 0 ? denominator << BigInt(shift) : denominator;
  return { whole: dividend / divisor, rest: dividend % divisor, divisor };
}

function halfToEven({ whole, rest, divisor }: Quotient): bigint {
  const twice = 2n * rest;
  const isUp = twice > divisor || (twice === divisor && (whole & 1n) === 1n);
  return isUp ? whole + 1n : whole;
}

function bitsOf(value: bigint): number {
  const hex = value.toString(16);
  return 4 * hex.length - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28;
}

/** printf("%.17Lf") without the zeros at its end. */
function print({ mantissa, exponent }: LongDouble): string {
  const isNegative = mantissa < 0n;
  const scaled = halfToEven(quotient((isNegative ? -mantissa : mantissa) * SCALE, 1n, -exponent));
  const digits = scaled.toString().padStart(FRACTION_DIGITS + 1, "0");
  const whole = digits.slice(0, -FRACTION_DIGITS);
  const fraction = digits.slice(-FRACTION_DIGITS).replace(/0+$/, "");
  const text = fraction === "" ? whole : `${whole}.${fraction}`;
  return isNegative && text !== "0" ? `-${text}` : text;
}
