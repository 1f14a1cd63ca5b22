/**
 * Writes the few bytes around a value straight into a buffer of the caller's.
 *
 * Each writer returns where the next one goes on; the caller has made sure that there is room. Allocates nothing.
 */

const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
const COLON = 0x3a;

/** Null, in RESP2 and in RESP3. */
export const NULL_RESP2: Buffer = Buffer.from("$-1\r\n");
export const NULL_RESP3: Buffer = Buffer.from("_\r\n");

/** How many bytes a bulk with a payload of `length` bytes takes. */
export function bulkSize(length: number): number {
  return 1 + digitsOf(length) + 2 + length + 2;
}

/** Writes `$length\r\n`; the payload and `writeCrlf` come behind it. */
export function writeBulkHeader(target: Buffer, at: number, length: number): number {
  return writeHeader(target, at, 0x24, length);
}

/** What stands before a payload of this length. */
export function bulkHeader(length: number): Buffer {
  const header = Buffer.allocUnsafe(bulkSize(0) + digitsOf(length));
  return header.subarray(0, writeBulkHeader(header, 0, length));
}

/** Writes a type byte, a number from 0 to 2^31 - 1, and the line end. */
export function writeHeader(target: Buffer, at: number, type: number, value: number): number {
  target[at] = type;
  const end = at + 1 + digitsOf(value);
  // In 32-bit integers: a division of doubles costs more than all the rest of a header.
  for (let i = end - 1, left = value | 0; i > at; i--) {
    const rest = (left / 10) | 0;
    target[i] = ZERO + left - rest * 10;
    left = rest;
  }
  return writeCrlf(target, end);
}

/** Writes an integer reply: a number from -9 to 2^53. */
export function writeInteger(target: Buffer, at: number, value: number): number {
  if (value >= 0 && value < 2 ** 31) return writeHeader(target, at, COLON, value);
  target[at] = COLON;
  return writeCrlf(target, at + 1 + target.write(String(value), at + 1, "latin1"));
}

export function writeCrlf(target: Buffer, at: number): number {
  target[at] = CR;
  target[at + 1] = LF;
  return at + 2;
}

/** The number of digits of an integer of 0 or more. */
function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  return digits;
}
