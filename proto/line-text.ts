/**
 * A client's bytes as one line of text, and back: for data in a status or an error line of RESP.
 *
 * Keeps: data never puts a line break into the line, and bytes that a client sent come back to it unchanged, even if they
 * are not UTF-8. In a string, such bytes (0x80-0xff) are the lone surrogates U+DC80-U+DCFF, which no decoder of valid text
 * produces (the method of Python's PEP 383).
 */
import { isUtf8 } from "node:buffer";

/** Redis shows at most this many bytes of a client's word. */
export const MAX_SHOWN_BYTES = 128;

/**
 * The bytes of a client's word as text, as Redis shows them: up to the first NUL, and `maxBytes` at most. Only `lineBytes`
 * turns the text into exactly these bytes again; a log shows those that are not UTF-8 as U+FFFD.
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

/** The bytes of a line, without its end: UTF-8, CR and LF as spaces, and the bytes that `lineText` has shown as they came. */
export function lineBytes(text: string): Buffer {
  const line = text.replace(/[\r\n]/g, " ");
  // With the flag u, the class matches only lone surrogates, never half of a pair.
  const pieces = line.split(/([\udc80-\udcff]+)/u);
  if (pieces.length === 1) return Buffer.from(line, "utf8");
  // latin1 keeps the low byte of each code unit, which undoes the + 0xdc00.
  return Buffer.concat(pieces.map((piece, i) => Buffer.from(piece, i % 2 === 1 ? "latin1" : "utf8")));
}
