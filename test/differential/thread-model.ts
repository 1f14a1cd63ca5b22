/**
 * What a cache answers to SET, GET, DEL, EXPIRE, TTL and INCR, on a Map. Knows one client at a time, and no eviction.
 */
import fc, { type Arbitrary } from "fast-check";
import type { Round, Words } from "./talkers.ts";

const KEYS = ["a", "b", "c", "d", "e", "f"];
const LIFE = "1000";
const NO_NUMBER = "-ERR value is not an integer or out of range\r\n";
const key = fc.constantFrom(...KEYS);
const value = fc.oneof(
  fc.constantFrom("7", "-1", "", "text"),
  fc.constantFrom(10, 44, 45, 500, 20_000, 300_000).map((length) => "v".repeat(length)),
);

export const modelled: Arbitrary<readonly Words[]> = fc.array(
  fc.oneof(
    fc.tuple(fc.constant("SET"), key, value),
    fc.tuple(fc.constant("SET"), key, value, fc.constant("EX"), fc.constant(LIFE)),
    fc.tuple(fc.constantFrom("GET", "DEL", "TTL", "INCR"), key),
    fc.tuple(fc.constant("GET"), key),
    fc.tuple(fc.constant("EXPIRE"), key, fc.constantFrom(LIFE, LIFE, "0")),
  ),
  { minLength: 1, maxLength: 4 },
);

/** The replies that a cache gives in these rounds. */
export function modelReplies(rounds: readonly Round[]): string[][][] {
  const held = new Map<string, { readonly text: string; readonly isDated: boolean }>();
  const reply = ([name, key, ...rest]: Words): string => {
    const entry = held.get(key!);
    switch (name) {
      case "SET":
        held.set(key!, { text: rest[0]!, isDated: rest.length > 1 });
        return "+OK\r\n";
      case "GET":
        return entry === undefined ? "$-1\r\n" : `$${entry.text.length}\r\n${entry.text}\r\n`;
      case "DEL":
        return held.delete(key!) ? ":1\r\n" : ":0\r\n";
      case "EXPIRE":
        if (entry === undefined) return ":0\r\n";
        if (rest[0] === "0") held.delete(key!);
        else held.set(key!, { ...entry, isDated: true });
        return ":1\r\n";
      case "TTL":
        return entry === undefined ? ":-2\r\n" : entry.isDated ? `:${LIFE}\r\n` : ":-1\r\n";
      default: {
        if (entry !== undefined && !/^-?\d+$/.test(entry.text)) return NO_NUMBER;
        const sum = String(Number(entry?.text ?? 0) + 1);
        held.set(key!, { text: sum, isDated: entry?.isDated ?? false });
        return `:${sum}\r\n`;
      }
    }
  };
  return rounds.map((round) => round.map(({ commands }) => commands.map(reply)));
}
