/**
 * Commands that run at the owner of their keys, and what comes of them, as the peer messages carry them.
 *
 * Owns the translation in both directions. Keeps: words that a peer sends are counted before an object is made of each;
 * what an answer has is copied out of its frame. Does not know requests.
 */
import type { carrot } from "../proto/generated/carrot.js";
import type { Ran } from "./run.ts";

/** The most words of one command on the peer link: 2.5 MiB of objects where they arrive. */
const MAX_RUN_WORDS = 65_536;
/** What a run takes in a frame besides its words, and each word besides its bytes. */
const RUN_OVERHEAD_BYTES = 32;
const LENGTH_BYTES = 4;

/** The words in one piece, each behind its length. */
export function packWords(words: readonly Uint8Array[]): Buffer {
  const packed = Buffer.allocUnsafe(packedBytes(words));
  let at = 0;
  for (const word of words) {
    at = packed.writeUInt32BE(word.length, at);
    packed.set(word, at);
    at += word.length;
  }
  return packed;
}

function packedBytes(words: readonly Uint8Array[]): number {
  return words.reduce((sum, word) => sum + LENGTH_BYTES + word.length, 0);
}

/** The words, as views; undefined: they are cut short, or too many. */
export function unpackWords(packed: Uint8Array): Buffer[] | undefined {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const words: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + LENGTH_BYTES > bytes.length || words.length === MAX_RUN_WORDS) return undefined;
    const end = at + LENGTH_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    words.push(bytes.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return words;
}

/** Why these words cannot go to a member that reads frames of this length; undefined: they can. */
export function unsendable(words: readonly Uint8Array[], maxRequestBytes: number): string | undefined {
  if (words.length > MAX_RUN_WORDS) return `too many words for the peer link (max ${MAX_RUN_WORDS})`;
  const isTooLarge = packedBytes(words) > maxRequestBytes - RUN_OVERHEAD_BYTES;
  return isTooLarge ? "command is too large for the member that owns its keys" : undefined;
}

/** The result of a command that did not run. */
export function refusedRun(error: string): Ran {
  return { reply: new Uint8Array(), reply3: undefined, changed: [], error };
}

/** A reply that the other side could not read becomes an error. What the command has done is done. */
export function fittingRan(ran: Ran, maxAnswerBytes: number): Ran {
  const { reply, reply3, changed } = ran;
  const pieces = [reply, reply3 ?? "", ...changed];
  const bytes = pieces.reduce((sum, { length }) => sum + RUN_OVERHEAD_BYTES + length, RUN_OVERHEAD_BYTES);
  if (bytes <= maxAnswerBytes) return ran;
  return {
    ...refusedRun("the command has run, but its reply is too large for the member that asked"),
    changed,
  };
}

export function ranMessageOf(
  id: number,
  { reply, reply3, changed, error = "", overtakenBy }: Ran,
): carrot.Ran.$Properties {
  return { id, reply, reply3, changed: [...changed], error, overtakenBy };
}

/** Undefined when the peer is leaving and has not run the command. */
export function ranOf(message: carrot.Ran.$Properties): Ran | undefined {
  if (message.leaving) return undefined;
  return {
    reply: Buffer.from(message.reply ?? []),
    reply3: message.reply3 ? Buffer.from(message.reply3) : undefined,
    changed: (message.changed ?? []).map((key) => Buffer.from(key)),
    error: message.error || undefined,
    ...(message.overtakenBy && { overtakenBy: message.overtakenBy }),
  };
}
