/**
 * How the keys of several databases share one store, one ring and one link.
 *
 * Owns the two forms of a key: as a client says it, and as it is stored. Commands, HTTP and the library turn the one into
 * the other; everything behind them, the peers' links too, knows stored keys only.
 *
 *     database  client's key     stored key
 *     0         62 61 72         62 61 72        as it is: nearly every key
 *     0         00 61            00 00 61
 *     n         62 61 72         00  n 62 61 72  n from 1 to 99
 *
 * Invariant: two keys, or one key in two databases, never have the same stored key.
 */

/** The number of a database is one byte, and never that of `{`, by which the ring finds the part of a key that counts. */
export const MAX_DATABASES = 100;
/** A stored key is longer than the client's by no more. */
export const MAX_HIDDEN_BYTES = 2;

const MARK = 0;

/** The stored key of a client's key; the same buffer where both are the same. */
export function storedKey(database: number, key: Buffer): Buffer {
  if (database > 0) return Buffer.concat([Buffer.of(MARK, database), key]);
  return key[0] === MARK ? Buffer.concat([Buffer.of(MARK), key]) : key;
}

/** Writes the stored key of `chunk[start, end)` in a database other than 0 to `target`; returns its length. */
export function writeStoredKey(
  target: Uint8Array,
  database: number,
  chunk: Uint8Array,
  start: number,
  end: number,
): number {
  target[0] = MARK;
  target[1] = database;
  for (let i = start; i < end; i++) target[MAX_HIDDEN_BYTES + i - start] = chunk[i]!;
  return MAX_HIDDEN_BYTES + end - start;
}

/** Whether the key `chunk[start, end)` of a client is stored as it is in database 0. */
export function isStoredAsIs(chunk: Uint8Array, start: number, end: number): boolean {
  return start === end || chunk[start] !== MARK;
}

/** The database of a stored key. */
export function databaseOf(stored: Uint8Array): number {
  return stored[0] === MARK ? (stored[1] ?? 0) : 0;
}

/** How many bytes of a stored key its client has not said. */
export function hiddenBytes(stored: Uint8Array): number {
  if (stored[0] !== MARK || stored.length < 2) return 0;
  return stored[1] === MARK ? 1 : MAX_HIDDEN_BYTES;
}

/** The key as its client says it: a view. */
export function clientKey(stored: Buffer): Buffer {
  return stored.subarray(hiddenBytes(stored));
}
