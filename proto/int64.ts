/**
 * Integers of 64 bits in the spelling of Redis: decimal, without a plus, leading zeros or spaces.
 *
 * Owns what counts as an integer, in the words of a command and in a stored value alike.
 */

/** A sign and the 19 digits of the largest integer of 64 bits. */
const MAX_INTEGER_BYTES = 20;

/** The integer that these bytes spell as Redis prints it; undefined: they spell none. */
export function int64Of(bytes: Uint8Array): bigint | undefined {
  if (bytes.length > MAX_INTEGER_BYTES) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return isInt64(value) ? value : undefined;
}

export function isInt64(value: bigint): boolean {
  return value === BigInt.asIntN(64, value);
}
