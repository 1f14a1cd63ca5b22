/**
 * The classes of keyspace notifications, as `notify-keyspace-events` names them by letters.
 *
 * Owns the letters and their order, which are redis-server's. Knows no event.
 */

/** Those that `A` stands for, in the order in which redis-server writes them. */
const ALL = "g$lshzxetd";
/** No part of `A`: keys that are new, and reads that miss. K and E are the channels, `__keyspace@0__` and `__keyevent@0__`. */
const OTHERS = "nKEm";

/** A class that something here belongs to, or a kind of channel. */
export type EventClass = "g" | "$" | "x" | "e" | "n" | "m" | "K" | "E";

/**
 * The letters in redis-server's order, each once; undefined: one of them is none. (Its CONFIG GET leaves out an `n` beside `A`,
 * which would be lost when the answer is set again.)
 */
export function eventClassesOf(letters: string): string | undefined {
  if (/[^Ag$lshzxeKEtmdn]/.test(letters)) return undefined;
  const has = (letter: string) => letters.includes(letter);
  const isAll = has("A") || [...ALL].every(has);
  return (isAll ? "A" : "") + [...(isAll ? "" : ALL), ...OTHERS].filter(has).join("");
}

/** Whether what `eventClassesOf` has written names a class. */
export function namesClass(classes: string, letter: EventClass): boolean {
  return classes.includes(letter) || (classes.includes("A") && ALL.includes(letter));
}
