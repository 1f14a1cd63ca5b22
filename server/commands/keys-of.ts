/**
 * Which words of a command are keys, by its facts.
 *
 * Knows no command.
 */
import type { Facts } from "./command.ts";
import { integerOf } from "./words.ts";

type KeyFacts = Pick<Facts, "keys" | "keyCountAt">;

/** The places of the keys among the words; undefined: the number of keys is no number, or there are not so many. */
export function keyPlaces({ keys, keyCountAt }: KeyFacts, words: readonly Buffer[]): number[] | undefined {
  if (keyCountAt !== undefined) {
    const count = words[keyCountAt] && integerOf(words[keyCountAt]);
    if (count === undefined || count < 0 || keyCountAt + count >= words.length) return undefined;
    return Array.from({ length: count }, (_, i) => keyCountAt + 1 + i);
  }
  if (keys === undefined) return [];
  const { first, last, step } = keys;
  const end = last < 0 ? words.length + last : last;
  const places: number[] = [];
  for (let place = first; place <= end && place < words.length; place += step) places.push(place);
  return places;
}

/** The keys among the words; undefined as for `keyPlaces`. */
export function keysOf(facts: KeyFacts, words: readonly Buffer[]): Buffer[] | undefined {
  return keyPlaces(facts, words)?.map((place) => words[place]!);
}
