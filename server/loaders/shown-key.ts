/**
 * A key for people, in a line of the log.
 *
 * Invariant: short, whatever the key is. The log escapes control characters of text.
 */
import { isUtf8 } from "node:buffer";

/** Enough to find the key again, few enough for one line. */
const MAX_CHARS = 100;

/** Text as it is; bytes that are no text as Redis' \\xHH. A long key is cut, and its length is told. */
export function shownKey(key: Uint8Array): string {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  const short = bytes.subarray(0, 4 * MAX_CHARS);
  const text = isUtf8(bytes) ? short.toString("utf8") : escaped(short.toString("latin1"));
  return text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS)}... (${bytes.length} bytes)`;
}

function escaped(bytes: string): string {
  return bytes.replace(/[^ -[\]-~]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
