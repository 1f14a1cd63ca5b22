/**
 * Bytes that one thread gives to another.
 *
 * Invariant: the bytes lie in memory of their own. That memory changes threads without a copy, and nothing else travels
 * with it: a slice of Node's buffer pool would take the whole pool along.
 */

/** The parts, one behind the other. */
export function joinedBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
