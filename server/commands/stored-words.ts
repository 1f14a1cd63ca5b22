/**
 * The words of a command with stored keys in place of the client's keys.
 *
 * Owns the one place where a client's keys become stored keys. Knows no command's meaning.
 */
import { isStoredAsIs, storedKey } from "../store/database-key.ts";
import type { Command } from "./command.ts";
import { keyPlaces } from "./keys-of.ts";

/** The words with stored keys; the same array where they are the same. */
export function withStoredKeys(
  command: Pick<Command, "keys" | "keyCountAt">,
  words: readonly Buffer[],
  database: number,
): readonly Buffer[] {
  if (database === 0 && !words.some(mayDiffer)) return words;
  const places = keyPlaces(command, words) ?? [];
  const stored = [...words];
  for (const place of places) stored[place] = storedKey(database, words[place]!);
  return stored;
}

/** Whether a key of database 0 that is this word is stored as another one. */
function mayDiffer(word: Buffer): boolean {
  return !isStoredAsIs(word, 0, word.length);
}
