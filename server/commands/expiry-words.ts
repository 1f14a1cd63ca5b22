/**
 * How the words of a command give a lifetime: in seconds or milliseconds, from now or as a time of day.
 *
 * Owns Redis' rules and errors for lifetimes that are too long or too short, and the words behind SET and GETEX. A
 * lifetime becomes the milliseconds that are left. Does not know entries.
 */
import type { Comparison } from "../../cluster/edit.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply } from "../../proto/reply.ts";
import { int64Of, wordOf } from "./words.ts";

export interface TimeUnit {
  readonly isSeconds: boolean;
  /** A time of day rather than a length of time. */
  readonly isAbsolute: boolean;
}

export const SECONDS: TimeUnit = { isSeconds: true, isAbsolute: false };
export const MILLISECONDS: TimeUnit = { isSeconds: false, isAbsolute: false };
export const AT_SECOND: TimeUnit = { isSeconds: true, isAbsolute: true };
export const AT_MILLISECOND: TimeUnit = { isSeconds: false, isAbsolute: true };

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
/** 500 years. A store keeps deadlines up to 557 years after its start; a longer life means "for ever". */
const MAX_LIFE_MS = 500 * 365.25 * 24 * 3600 * 1000;

export interface Time {
  readonly arg: Buffer;
  readonly unit: TimeUnit;
}

/** The milliseconds left to live: 500 years at most, negative when the time is over. `command` is for the error. */
export function lifeOf({ arg, unit }: Time, command: string, nowMs: number): number | ErrorReply {
  const given = int64Of(arg);
  if (given === undefined) return new ErrorReply(errors.notAnInteger);
  const invalid = new ErrorReply(errors.invalidExpireTime(command));
  if (unit.isSeconds && (given > MAX_INT64 / 1000n || given < MIN_INT64 / 1000n)) return invalid;
  const ms = unit.isSeconds ? given * 1000n : given;
  if (!unit.isAbsolute && ms > MAX_INT64 - BigInt(Math.floor(nowMs))) return invalid;
  return Math.min(unit.isAbsolute ? Number(ms) - nowMs : Number(ms), MAX_LIFE_MS);
}

/** The same for a new value, which must have some time to live. */
export function newLifeOf(time: Time, command: string, nowMs: number): number | ErrorReply {
  const given = int64Of(time.arg);
  if (given !== undefined && given <= 0n) return new ErrorReply(errors.invalidExpireTime(command));
  return lifeOf(time, command, nowMs);
}

/** What the words behind SET k v or GETEX k ask for. */
export interface SetWords {
  condition: "missing" | "held" | undefined;
  /** Its bytes are views. */
  comparison?: Comparison;
  wantsOld: boolean;
  life: Time | "keep" | "endless" | undefined;
}

const UNITS: Readonly<Record<string, TimeUnit>> = {
  ex: SECONDS,
  px: MILLISECONDS,
  exat: AT_SECOND,
  pxat: AT_MILLISECOND,
};

const COMPARISONS: Readonly<Record<string, Comparison["kind"]>> = {
  ifeq: "equal",
  ifne: "different",
  ifdeq: "sameDigest",
  ifdne: "otherDigest",
};

/** The comparison that a word of SET or DELEX asks for. */
export function comparisonOf(word: string): Comparison["kind"] | undefined {
  return Object.hasOwn(COMPARISONS, word) ? COMPARISONS[word] : undefined;
}

/** Reads the words from `args[at]` on; undefined: a syntax error. */
export function readSetWords(
  args: readonly Buffer[],
  at: number,
  command: "set" | "getex",
): SetWords | undefined {
  const words: SetWords = { condition: undefined, wantsOld: false, life: undefined };
  for (let i = at; i < args.length; i++) {
    const word = wordOf(args[i]!);
    const unit = Object.hasOwn(UNITS, word) ? UNITS[word] : undefined;
    if (unit !== undefined) {
      const arg = args[++i];
      if (arg === undefined || !mayFollow(words.life, unit)) return undefined;
      words.life = { arg, unit };
    } else if (command === "set" && comparisonOf(word) !== undefined) {
      const to = args[++i];
      if (to === undefined || words.condition !== undefined || words.comparison !== undefined)
        return undefined;
      words.comparison = { kind: comparisonOf(word)!, to };
    } else if (!(command === "set" ? takeSetWord(words, word) : takeGetexWord(words, word))) return undefined;
  }
  return words;
}

/** One unit may stand twice, and the last one holds. Two different units are an error. */
function mayFollow(before: SetWords["life"], unit: TimeUnit): boolean {
  return before === undefined || (typeof before === "object" && before.unit === unit);
}

function takeSetWord(words: SetWords, word: string): boolean {
  if (word === "get") {
    words.wantsOld = true;
    return true;
  }
  if (word === "keepttl" && (words.life === undefined || words.life === "keep")) {
    words.life = "keep";
    return true;
  }
  const condition = word === "nx" ? "missing" : word === "xx" ? "held" : undefined;
  if (condition === undefined || (words.condition ?? condition) !== condition) return false;
  if (words.comparison !== undefined) return false;
  words.condition = condition;
  return true;
}

function takeGetexWord(words: SetWords, word: string): boolean {
  if (word !== "persist" || (words.life !== undefined && words.life !== "endless")) return false;
  words.life = "endless";
  return true;
}
