/**
 * Parts of a value in bytes or in bits, as BITCOUNT and BITPOS name them.
 *
 * Owns how such a part is read from words, which bytes it takes, and what is searched in it. Bits count from the highest of
 * the first byte. Knows no entry.
 */
import type { Range } from "../../cluster/edit.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply } from "../../proto/reply.ts";
import { int64Of, wordOf } from "./words.ts";

/** From one place to another, both included; negative places count from the end. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly isBits: boolean;
}

/** Bits `first` to `last` of a value, both included. `bytes` are those of the value from the byte `at` on. */
export interface Bits {
  readonly first: number;
  readonly last: number;
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** Far beyond both ends of any value, in bits. */
const FAR = 2n ** 33n;
/** The largest place in a range of bytes. */
const FAR_BYTES = 2 ** 31 - 1;

/** The words start, end (undefined: to the end) and BYTE or BIT, looked at in the order start, unit, end. */
export function spanOf(start: Buffer, end: Buffer | undefined, unit: Buffer | undefined): Span | ErrorReply {
  const from = int64Of(start);
  if (from === undefined) return new ErrorReply(errors.notAnInteger);
  const word = unit === undefined ? "byte" : wordOf(unit);
  if (word !== "byte" && word !== "bit") return new ErrorReply(errors.syntax);
  const to = end === undefined ? -1n : int64Of(end);
  if (to === undefined) return new ErrorReply(errors.notAnInteger);
  return { from: near(from), to: near(to), isBits: word === "bit" };
}

function near(place: bigint): number {
  return Number(place > FAR ? FAR : place < -FAR ? -FAR : place);
}

/** The bytes that hold a span. For GETRANGE a range that ends before it begins is empty: here it is the whole value. */
export function bytesOf({ from, to, isBits }: Span): Range {
  const byteAt = (place: number) =>
    Math.max(-FAR_BYTES, Math.min(FAR_BYTES, Math.floor(place / (isBits ? 8 : 1))));
  return from < 0 && to < 0 && from > to ? { from: 0, to: -1 } : { from: byteAt(from), to: byteAt(to) };
}

/** The bits of a span in a value of this length, of which `bytes` are those that `bytesOf` names. */
export function bitsOf(span: Span, bytes: Uint8Array, length: number): Bits {
  const { from, to, isBits } = span;
  const unit = isBits ? 1 : 8;
  const total = isBits ? 8 * length : length;
  const placeOf = (place: number, all: number) => Math.max(0, place < 0 ? place + all : place);
  return {
    first: placeOf(from, total) * unit,
    last: (Math.min(placeOf(to, total), total - 1) + 1) * unit - 1,
    bytes,
    at: placeOf(bytesOf(span).from, length),
  };
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);

export function countOnes(bits: Bits): number {
  let count = 0;
  for (let i = bits.first >>> 3; i <= Math.floor(bits.last / 8); i++) count += ONES[byteIn(bits, i, 0)]!;
  return count;
}

/** The place of the first bit of this kind; undefined: there is none. */
export function findBit(bits: Bits, bit: 0 | 1): number | undefined {
  for (let i = bits.first >>> 3; i <= Math.floor(bits.last / 8); i++) {
    const byte = byteIn(bits, i, bit === 1 ? 0 : 0xff);
    if (byte !== 0) return 8 * i + Math.clz32(byte) - 24;
  }
  return undefined;
}

/** Byte i of the value with `inverted` bits turned over, and then every bit outside of the span cleared. */
function byteIn({ first, last, bytes, at }: Bits, i: number, inverted: number): number {
  const start = Math.max(0, first - 8 * i);
  const end = Math.min(7, last - 8 * i);
  return (bytes[i - at]! ^ inverted) & (0xff >> start) & (0xff << (7 - end));
}
