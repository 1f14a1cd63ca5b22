/**
 * The two header lines of a command: `*N` (how many arguments it has) and `$N` (how long the next one is).
 *
 * Owns the limits on a command, the rule for a valid number in a header, and the errors for invalid ones.
 */
import { protocolErrors } from "./error-texts.ts";

/** What a client may send. */
export interface ReaderLimits {
  readonly maxArgs: number;
  readonly maxBulkBytes: number;
  /** All bytes of one command, its headers included. */
  readonly maxCommandBytes: number;
  /** The limit of an inline command, and of a header line. */
  readonly maxInlineBytes: number;
  /** The client has not authenticated: it may send 10 arguments of 16384 bytes each at most, as in Redis. */
  readonly unauthenticated?: boolean;
}

/** A header line: its first byte, the numbers that are valid in it, and the errors. */
export interface Header {
  readonly type: number;
  readonly min: number;
  readonly invalid: string;
  /** The error if the line has no end within the limit of a line. */
  readonly tooBig: string;
  /** Redis' limit for a client that has not authenticated. */
  readonly unauthenticatedMax: number;
  readonly unauthenticated: string;
}

/** A count of 0 or less makes a command without arguments, which is skipped. */
export const COUNT_HEADER: Header = {
  type: "*".charCodeAt(0),
  min: Number.NEGATIVE_INFINITY,
  invalid: protocolErrors.invalidMultibulkLength,
  tooBig: protocolErrors.tooBigMbulkCount,
  unauthenticatedMax: 10,
  unauthenticated: protocolErrors.unauthenticatedMultibulkLength,
};

export const BULK_HEADER: Header = {
  type: "$".charCodeAt(0),
  min: 0,
  invalid: protocolErrors.invalidBulkLength,
  tooBig: protocolErrors.tooBigBulkCount,
  unauthenticatedMax: 16384,
  unauthenticated: protocolErrors.unauthenticatedBulkLength,
};

/** The digits of the largest 64-bit integer. */
const MAX_DIGITS = 19;
const MINUS = 0x2d;
const ZERO = 0x30;

/**
 * The integer in `bytes[start, end)`, or NaN. Takes what Redis' string2ll takes: digits, perhaps with a minus before them,
 * within 64 bits; no plus, no blanks, no leading zeros, no -0. Beyond 2^53, above every limit, the result is rounded.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  const digits = end - first;
  if (digits < 1 || digits > MAX_DIGITS) return Number.NaN;
  if (bytes[first] === ZERO && (digits > 1 || isNegative)) return Number.NaN;
  let value = 0;
  for (let i = first; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  if (digits === MAX_DIGITS && !fits64Bits(bytes, start, end)) return Number.NaN;
  return isNegative ? -value : value;
}

/** A number of 19 digits may or may not fit 64 bits, and a double does not tell. */
function fits64Bits(bytes: Uint8Array, start: number, end: number): boolean {
  const value = BigInt(Buffer.from(bytes.subarray(start, end)).toString("latin1"));
  return value === BigInt.asIntN(64, value);
}
