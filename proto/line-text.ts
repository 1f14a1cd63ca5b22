/**
 * Bytes to one-line text and back, for what stands in a status or an error line of RESP.
 *
 * Owns the rule that makes such a line safe and faithful: a line break never comes out of data, and bytes that a
 * client sent come back to it as they were, also when they are not UTF-8. Such bytes (0x80-0xff) live in a string as
 * the lone surrogates U+DC80-U+DCFF, which no decoder of valid text produces (the method of Python's PEP 383).
 */
import { isUtf8 } from "node:buffer";

/** Redis shows at most this many bytes of a client's word. */
export const MAX_SHOWN_BYTES = 128;

/**
 * Shows bytes of a client as Redis does: as a C string, hence up to the first NUL, and at most `maxBytes` of them.
 * Only `lineBytes` gives back exactly these bytes; in a log, what is not UTF-8 shows as U+FFFD.
 */
export function lineText(bytes: Uint8Array, maxBytes = MAX_SHOWN_BYTES): string {
  const cut = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maxBytes));
  const nul = cut.indexOf(0);
  const shown = nul < 0 ? cut : cut.subarray(0, nul);
  if (isUtf8(shown)) return shown.toString("utf8");
  return shown
    .toString("latin1")
    .replace(/[\x80-\xff]/g, (byte) => String.fromCharCode(0xdc00 + byte.charCodeAt(0)));
}

/** The bytes of a line: UTF-8, CR and LF as spaces, bytes shown by `lineText` as they came. Without a line end. */
export function lineBytes(text: string): Buffer {
  const line = text.replace(/[\r\n]/g, " ");
  // With the flag u, the class matches lone surrogates only, never half of a pair.
  const pieces = line.split(/([\udc80-\udcff]+)/u);
  if (pieces.length === 1) return Buffer.from(line, "utf8");
  // latin1 takes the low byte of each code unit, which undoes the + 0xdc00.
  return Buffer.concat(pieces.map((piece, i) => Buffer.from(piece, i % 2 === 1 ? "latin1" : "utf8")));
}
