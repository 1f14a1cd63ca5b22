/**
 * The kinds of value that a directive can have.
 *
 * Owns how the words after a directive's name become a typed value, and how that value is written. If the words are
 * wrong, a kind says what it expected. Knows no directive's name and no use of a value.
 */

import { MEMBER_EXPECTED, memberId, parseAddress, plainHost } from "../../cluster/address.ts";
import { Complaint, type Place } from "./conf-error.ts";
import { eventClassesOf } from "./event-classes.ts";
import type { LoaderConf } from "./loader-conf.ts";
import { bytesOf, quoteWord, textOf, wordOf } from "./quoting.ts";
import { seedOf } from "./ring-seed.ts";
import * as units from "./units.ts";

/**
 * A kind of value. `parse` gets one word, or one and more where `many` is true. What `format` writes, `parse` reads
 * back as an equal value.
 */
export interface Kind<T> {
  /** What stands for the value in `--help`: `BYTES`. */
  readonly metavar: string;
  readonly many: boolean;
  parse(words: readonly string[], place: Place): T | Complaint;
  format(value: T): string;
}

/** Inclusive bounds. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export function integer(min: number, max: number): Kind<number> {
  const expected = new Complaint(`expected a whole number from ${min} to ${max}`);
  return oneWord("N", String, (word) => {
    const value = /^-?\d{1,15}$/.test(word) ? Number(word) : Number.NaN;
    return value >= min && value <= max ? value : expected;
  });
}

export function bytes(bounds: Bounds): Kind<number> {
  return oneWord("BYTES", String, (word) => {
    const value = units.parseBytes(word);
    if (value === undefined) return new Complaint("expected bytes such as 256mb");
    return within(value, bounds, units.formatBytes);
  });
}

/** Milliseconds. */
export function duration(bounds: Bounds): Kind<number> {
  return oneWord("TIME", units.formatDuration, (word) => {
    const value = units.parseDuration(word);
    if (value === undefined)
      return new Complaint("expected a time with its unit, such as 500ms, 10s, 5m, 1h or 7d");
    return within(value, bounds, units.formatDuration);
  });
}

/** Milliseconds. A number without a unit is seconds, as in Redis' directives. */
export function seconds(bounds: Bounds): Kind<number> {
  const format = (ms: number) => (ms % 1000 === 0 ? String(ms / 1000) : units.formatDuration(ms));
  return oneWord("SECONDS", format, (word) => {
    const value = units.parseDuration(/^\d+$/.test(word) ? `${word}s` : word);
    if (value === undefined) return new Complaint("expected seconds, or a time such as 5m");
    return within(value, bounds, units.formatDuration);
  });
}

/** A fraction of 1. */
export function percent(max: number): Kind<number> {
  return oneWord("PERCENT", units.formatPercent, (word) => {
    const value = units.parsePercent(word);
    if (value === undefined) return new Complaint("expected a percentage such as 10%");
    return within(value, { max }, units.formatPercent);
  });
}

export function choice<const T extends string>(metavar: string, values: readonly T[]): Kind<T> {
  return oneWord(metavar, String, (word) => {
    return (
      values.find((value) => value === word.toLowerCase()) ?? new Complaint(`expected ${listed(values)}`)
    );
  });
}

/** A switch, written as in redis.conf. */
export function yesNo(): Kind<boolean> {
  return oneWord(
    "yes|no",
    (value) => (value ? "yes" : "no"),
    (word) => {
      const text = word.toLowerCase();
      return text === "yes" || text === "no" ? text === "yes" : new Complaint("expected yes or no");
    },
  );
}

export function threads(max: number): Kind<number | "auto"> {
  const number = integer(1, max);
  return oneWord("N|auto", String, (word, place) => {
    if (word.toLowerCase() === "auto") return "auto";
    const value = number.parse([word], place);
    return value instanceof Complaint ? new Complaint(`${value.text}, or auto`) : value;
  });
}

/** The permissions of a file, in octal digits. */
export function permissions(): Kind<number> {
  return oneWord(
    "MODE",
    (value) => value.toString(8),
    (word) =>
      /^[0-7]{1,3}$/.test(word)
        ? Number.parseInt(word, 8)
        : new Complaint("expected permissions such as 700"),
  );
}

export function text(metavar: string): Kind<string> {
  return oneWord(
    metavar,
    (value) => value,
    (word) => textOf(word) ?? notText(word),
  );
}

/** Letters that name classes of keyspace notifications; the complaint is redis-server's. */
export function eventClasses(): Kind<string> {
  return oneWord("CLASSES", String, (word) => {
    const classes = eventClassesOf(textOf(word) ?? word);
    return classes ?? new Complaint("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
  });
}

/** 32 bits, from a number or from any text. */
export function seed(): Kind<number> {
  return oneWord("SEED", String, (word) => seedOf(bytesOf(word)));
}

export function rawBytes(metavar: string): Kind<Buffer> {
  return oneWord(metavar, (value) => quoteWord(wordOf(value)), bytesOf);
}

/** Addresses to listen on: canonical hosts, IPv6 without brackets because node:net takes them so. */
export function hosts(): Kind<readonly string[]> {
  return manyWords("ADDRESS ...", (word) => {
    if (word.startsWith("-"))
      return new Complaint("expected addresses that this machine has, without Redis' -", word);
    const address = parseAddress(word === "*" ? "0.0.0.0" : word);
    if (address === undefined || address.port !== undefined) {
      return new Complaint("expected addresses such as 127.0.0.1 or ::1", word);
    }
    return plainHost(address.host);
  });
}

/** Ids of members. */
export function members(): Kind<readonly string[]> {
  return manyWords("HOST:PORT ...", (word) => {
    const address = parseAddress(word);
    if (address?.port === undefined) return new Complaint(MEMBER_EXPECTED, word);
    return memberId(address.host, address.port);
  });
}

/** The id of a member, or its host alone. */
export function memberAddress(): Kind<string> {
  return oneWord("HOST[:PORT]", String, (word) => {
    const address = parseAddress(word);
    if (address === undefined) return new Complaint(`${MEMBER_EXPECTED}, or the host alone`);
    return address.port === undefined ? address.host : memberId(address.host, address.port);
  });
}

/** Checks only that the words are text: what they mean is for the loader's factory to say. */
export function loader(): Kind<LoaderConf> {
  return {
    metavar: "KIND ...",
    many: true,
    parse(words, place) {
      const bad = words.find((word) => textOf(word) === undefined);
      if (bad !== undefined) return notText(bad);
      const [kind = "", ...args] = words.map((word) => textOf(word) ?? "");
      return { kind: kind.toLowerCase(), args, where: place.where, directory: place.directory };
    },
    format: ({ kind, args }) => [kind, ...args].map((part) => quoteWord(wordOf(part))).join(" "),
  };
}

function oneWord<T>(
  metavar: string,
  format: (value: T) => string,
  parseWord: (word: string, place: Place) => T | Complaint,
): Kind<T> {
  return { metavar, many: false, parse: ([word = ""], place) => parseWord(word, place), format };
}

function manyWords(
  metavar: string,
  parseWord: (word: string) => string | Complaint,
): Kind<readonly string[]> {
  return {
    metavar,
    many: true,
    parse(words) {
      const values: string[] = [];
      for (const word of words) {
        const value = parseWord(word);
        if (value instanceof Complaint) return value;
        values.push(value);
      }
      return values;
    },
    format: (values) => values.join(" "),
  };
}

function within(value: number, { min, max }: Bounds, format: (value: number) => string): number | Complaint {
  if (min !== undefined && value < min) return new Complaint(`expected at least ${format(min)}`);
  if (max !== undefined && value > max) return new Complaint(`expected at most ${format(max)}`);
  return value;
}

function notText(word: string): Complaint {
  return new Complaint("expected UTF-8 text", word);
}

function listed(values: readonly string[]): string {
  return `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}
