/**
 * Constants that the facts of many commands share: the places of keys, and what a command does to keys.
 *
 * Knows no command.
 */
import type { Facts } from "./command.ts";

/** The facts of one command. The summary is an argument of its own, so that it has a line of its own in an entry. */
export function facts(shape: Omit<Facts, "summary">, summary: string): Facts {
  return { ...shape, summary };
}

export const ONE_KEY = { first: 1, last: 1, step: 1 };
export const ALL_KEYS = { first: 1, last: -1, step: 1 };
/** The first two words behind the name. */
export const TWO_KEYS = { first: 1, last: 2, step: 1 };
/** Keys and values alternate. */
export const EVERY_SECOND = { first: 1, last: -1, step: 2 };
/** The key is the word behind a subcommand's name. */
export const SECOND_WORD = { first: 2, last: 2, step: 1 };

/** In Redis' words: RO (reads), RW (reads and writes), OW (overwrites unread) or RM (removes), then the effect. */
export const READS = ["RO", "access"];
/** Looks at the entry, not at its value. */
export const LOOKS = ["RO"];
export const OVERWRITES = ["OW", "update"];
export const INSERTS = ["OW", "insert"];
export const CHANGES = ["RW", "update"];
export const EXTENDS = ["RW", "insert"];
export const SWAPS = ["RW", "access", "update"];
export const TAKES = ["RW", "access", "delete"];
export const DELETES_READ = ["RW", "delete"];
export const DELETES = ["RM", "delete"];
