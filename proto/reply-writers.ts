/**
 * The smallest pieces of a reply, written straight into a buffer of the caller.
 *
 * Owns the few bytes around a value that a hit costs. Each writer returns where the next one goes on; room is the
 * caller's affair. Nothing is allocated.
 */

const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;

/** What `null` is in RESP2 and in RESP3. */
export const NULL_RESP2: Buffer = Buffer.from("$-1\r\n");
export const NULL_RESP3: Buffer = Buffer.from("_\r\n");

/** Bytes of a bulk reply with a payload of `length` bytes. */
export function bulkSize(length: number): number {
  return 1 + digitsOf(length) + 2 + length + 2;
}

/** `$length\r\n`; the payload and `writeCrlf` come behind it. */
export function writeBulkHeader(target: Buffer, at: number, length: number): number {
  return writeHeader(target, at, 0x24, length);
}

/** A type byte, a number that is not negative, and the line end. */
export function writeHeader(target: Buffer, at: number, type: number, value: number): number {
  target[at] = type;
  return writeCrlf(target, writeDigits(target, at + 1, value));
}

/** `:value\r\n`, for a safe integer. */
export function writeInteger(target: Buffer, at: number, value: number): number {
  target[at++] = 0x3a;
  if (value < 0) {
    target[at++] = 0x2d;
    value = -value;
  }
  return writeCrlf(target, writeDigits(target, at, value));
}

export function writeCrlf(target: Buffer, at: number): number {
  target[at] = CR;
  target[at + 1] = LF;
  return at + 2;
}

function writeDigits(target: Buffer, at: number, value: number): number {
  const end = at + digitsOf(value);
  for (let i = end - 1; i >= at; i--) {
    const rest = Math.floor(value / 10);
    target[i] = ZERO + (value - rest * 10);
    value = rest;
  }
  return end;
}

/** How many digits an integer that is not negative has. */
function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  return digits;
}
