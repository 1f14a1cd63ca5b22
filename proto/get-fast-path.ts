/**
 * Recognises the command that a cache gets most, `*2 $3 GET $n key`, in the bytes as they came.
 *
 * Matches only a whole, well-formed GET. Any other command goes the general way, through the scanner, which names the
 * mistake if there is one. Allocates nothing.
 */

const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
/** The bit that makes an ASCII letter lower case. */
const LOWER = 0x20;
/** Where the name is in `*2\r\n$3\r\nGET\r\n$`. */
export const NAME_AT = 8;
/** Where the key's length begins, behind these bytes. */
const LENGTH_AT = 14;

/**
 * True: a whole, well-formed GET of one key begins at `start`. Its key is then from `keyStart[i]` to `keyEnd[i]`, its name
 * at `start + NAME_AT`, and it ends two bytes behind the key. The caller checks the limits.
 */
export function matchGet(
  bytes: Uint8Array,
  start: number,
  end: number,
  keyStart: Int32Array,
  keyEnd: Int32Array,
  i: number,
): boolean {
  if (start + LENGTH_AT >= end || !hasGetPrefix(bytes, start)) return false;
  let at = start + LENGTH_AT;
  let keyBytes = bytes[at++]! - ZERO;
  if (!(keyBytes >= 0 && keyBytes <= 9)) return false;
  // A length that begins with 0 has no more digits: leading zeros are an error.
  while (keyBytes > 0 && at < end) {
    const digit = bytes[at]! - ZERO;
    if (!(digit >= 0 && digit <= 9)) break;
    keyBytes = keyBytes * 10 + digit;
    at++;
  }
  const lineEnd = at + 2 + keyBytes;
  if (lineEnd + 2 > end || bytes[at] !== CR || bytes[at + 1] !== LF) return false;
  if (bytes[lineEnd] !== CR || bytes[lineEnd + 1] !== LF) return false;
  keyStart[i] = at + 2;
  keyEnd[i] = lineEnd;
  return true;
}

function hasGetPrefix(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x2a &&
    bytes[at + 1] === 0x32 &&
    bytes[at + 2] === CR &&
    bytes[at + 3] === LF &&
    bytes[at + 4] === 0x24 &&
    bytes[at + 5] === 0x33 &&
    bytes[at + 6] === CR &&
    bytes[at + 7] === LF &&
    isGet(bytes, at + NAME_AT) &&
    bytes[at + 11] === CR &&
    bytes[at + 12] === LF &&
    bytes[at + 13] === 0x24
  );
}

/** Whether the three bytes at `at` are GET, in upper or lower case. */
export function isGet(bytes: Uint8Array, at: number): boolean {
  return (
    (bytes[at]! | LOWER) === 0x67 && (bytes[at + 1]! | LOWER) === 0x65 && (bytes[at + 2]! | LOWER) === 0x74
  );
}
