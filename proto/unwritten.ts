/**
 * What is left of bytes of which a writer has taken the first ones.
 *
 * Copies, because the parts may change. Knows no socket.
 */

/** A copy of the parts, one behind the other, without their first `taken` bytes. */
export function unwritten(parts: readonly Uint8Array[], taken: number): Buffer {
  const rest = Buffer.allocUnsafe(parts.reduce((sum, { length }) => sum + length, -taken));
  let at = rest.length;
  for (const part of parts.toReversed()) {
    const length = Math.min(part.length, at);
    if (length === 0) continue;
    // Not `set`: Node 20 copies shared memory byte by byte with it (server/store/copies.ts).
    rest.fill(part.subarray(part.length - length), at - length, at);
    at -= length;
  }
  return rest;
}
