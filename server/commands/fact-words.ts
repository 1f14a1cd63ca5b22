/**
 * The words in which facts of commands are written: where keys stand among a command's words, and what becomes of them.
 *
 * Owns the constants that many commands share. Knows no command.
 */
import type { Facts } from "./command.ts";

/** The facts of one command; the summary, which is long, has a line of its own. */
export function facts(shape: Omit<Facts, "summary">, summary: string): Facts {
  return { ...shape, summary };
}

export const ONE_KEY = { first: 1, last: 1, step: 1 };
export const ALL_KEYS = { first: 1, last: -1, step: 1 };
/** Keys and values take turns. */
export const EVERY_SECOND = { first: 1, last: -1, step: 2 };
/** Of a subcommand: the word behind its name. */
export const SECOND_WORD = { first: 2, last: 2, step: 1 };

/** In Redis' words: RO, RW, OW (overwrites without reading) or RM, then what is done to the value. */
export const READS = ["RO", "access"];
/** Knows of the key, and not what is in it. */
export const LOOKS = ["RO"];
export const OVERWRITES = ["OW", "update"];
export const INSERTS = ["OW", "insert"];
export const CHANGES = ["RW", "update"];
export const SWAPS = ["RW", "access", "update"];
export const TAKES = ["RW", "access", "delete"];
export const DELETES = ["RM", "delete"];
