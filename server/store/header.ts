/**
 * The header of an entry, as far as several files need to read and write it.
 *
 * Owns where the two parts of a deadline lie. Knows no clock: a deadline is a number in the shard's units.
 */
import { DATED, DEADLINE, SIZES, VALUE } from "./layout.ts";

/** The entry's deadline in units since the epoch; Infinity: it has none. */
export function deadlineOf(words: Int32Array, ref: number): number {
  if ((words[ref + VALUE]! & DATED) === 0) return Number.POSITIVE_INFINITY;
  return (words[ref + SIZES]! >>> 16) * 2 ** 32 + (words[ref + DEADLINE]! >>> 0);
}

/** Writes the deadline, which is not Infinity, of an entry that has room for one. Keeps the length of its key. */
export function writeDeadline(words: Int32Array, ref: number, deadline: number): void {
  words[ref + SIZES] = (words[ref + SIZES]! & 0xffff) | (Math.floor(deadline / 2 ** 32) << 16);
  words[ref + DEADLINE] = (deadline % 2 ** 32) | 0;
}
