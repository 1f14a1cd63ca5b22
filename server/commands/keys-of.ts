/**
 * Which words of a command are keys, by its facts.
 *
 * Knows no command.
 */
import type { Facts } from "./command.ts";
import { integerOf } from "./words.ts";

/** The keys among the words; undefined: the number of keys is no number, or there are not so many. */
export function keysOf(
  { keys, keyCountAt }: Pick<Facts, "keys" | "keyCountAt">,
  words: readonly Buffer[],
): Buffer[] | undefined {
  if (keyCountAt !== undefined) {
    const count = words[keyCountAt] && integerOf(words[keyCountAt]);
    if (count === undefined || count < 0 || keyCountAt + count >= words.length) return undefined;
    return words.slice(keyCountAt + 1, keyCountAt + 1 + count);
  }
  if (keys === undefined) return [];
  const { first, last, step } = keys;
  const end = last < 0 ? words.length + last : last;
  return words.filter((_, i) => i >= first && i <= end && (i - first) % step === 0);
}
