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
  const places = keyPlaces(command, words) ?? [];
  if (database === 0 && places.every((place) => isStoredAsIs(words[place]!, 0, words[place]!.length)))
    return words;
  const stored = [...words];
  for (const place of places) stored[place] = storedKey(database, words[place]!);
  return stored;
}
