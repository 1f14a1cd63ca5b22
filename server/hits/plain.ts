/**
 * What plain commands have in common: those that nobody else has to hear of, so that they can be done in place.
 *
 * Owns the types of their surroundings, and the reading of their words. Knows no command.
 */
import type { CommandReader } from "../../proto/command-reader.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Output } from "./output.ts";

export type PlainSetName = "set" | "setex" | "psetex";
export type PlainKeyName = "del" | "exists" | "expire" | "pexpire" | "pttl" | "ttl" | "unlink";

/** What a plain command needs to know of its client. */
export interface PlainClient {
  /** How many of its commands are under way: perhaps on another thread, where a change must not overtake a read. */
  readonly outgoing: { readonly replies: number };
}

/** What a plain command needs, and who hears of it. */
export interface PlainRoute<Client> {
  readonly output: Output;
  readonly conf: Pick<NodeConf, "maxKeyBytes" | "loglevel">;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  /** Told that a plain command has been done. */
  plainDone(
    client: Client,
    name: PlainSetName | PlainKeyName,
    words: Pick<CommandReader, "args">,
    tookMs: number,
  ): void;
}

/** A longer number may be none, or too large. */
const MAX_DIGITS = 9;

/** Whether an argument is this word of small letters, in upper or lower case. */
export function isWord({ bytes, argStart, argEnd }: CommandReader, i: number, word: string): boolean {
  const start = argStart[i]!;
  if (argEnd[i]! - start !== word.length) return false;
  for (let at = 0; at < word.length; at++) {
    if ((bytes[start + at]! | 0x20) !== word.charCodeAt(at)) return false;
  }
  return true;
}

/** A positive decimal number of a few digits; 0: something else. */
export function positiveAt(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > MAX_DIGITS || bytes[start] === 0x30) return 0;
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return 0;
    number = number * 10 + digit;
  }
  return number;
}
