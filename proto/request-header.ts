/**
 * The two header lines of a RESP request: `*N` (how many arguments) and `$N` (how long the next one is).
 *
 * Owns what is right in them and what the client is told when it is not.
 */
import { protocolErrors } from "./texts.ts";

export interface ReaderLimits {
  readonly maxArgs: number;
  readonly maxBulkBytes: number;
  /** All bytes of one command, its headers included. */
  readonly maxCommandBytes: number;
  /** Also the limit of a header line. */
  readonly maxInlineBytes: number;
  /** The client has yet to authenticate: at most 10 arguments of 16384 bytes each, as in Redis. */
  readonly unauthenticated?: boolean;
}

export interface Header {
  /** Its first byte. */
  readonly type: number;
  readonly min: number;
  readonly invalid: string;
  /** No line end within the limit of a line. */
  readonly tooBig: string;
  /** Redis' bound for a client that has yet to authenticate. */
  readonly unauthenticatedMax: number;
  readonly unauthenticated: string;
}

/** A count of 0 or less is a command without arguments, which is skipped. */
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

/** More digits than a 64-bit integer has. */
const MAX_DIGITS = 19;
const MINUS = 0x2d;
const ZERO = 0x30;

/**
 * The integer written in `bytes` from `start` to `end`, or NaN. As Redis' string2ll: digits, perhaps a minus before
 * them, no plus, no blanks, no leading zeros, no -0, within 64 bits. Rounded beyond 2^53, where every limit is passed.
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

/** Nineteen digits are more than a double tells apart. */
function fits64Bits(bytes: Uint8Array, start: number, end: number): boolean {
  const value = BigInt(Buffer.from(bytes.subarray(start, end)).toString("latin1"));
  return value === BigInt.asIntN(64, value);
}
