/**
 * Compares two answers to one stream: they are equal, differ only as listed, or differ.
 *
 * The listed differences of framing are in proto/DESIGN.md, those of commands in commands.ts.
 */
import { listedFor } from "./commands.ts";
import { splitReplies } from "./replies.ts";
import type { Stream } from "./streams.ts";

export type Comparison = "equal" | "listed" | "different";

/** carrotCache's own text, or a text with a byte that Redis shows raw. Redis reads on there, or answers otherwise. */
const OWN_ERROR = /-ERR Protocol error: (?:invalid CRLF in request|expected '\$', got '\\x..')\r\n$/;
/** carrotCache's errors where Redis only waits: its search for a CR stops at a NUL for ever, or goes on behind an LF. */
const LENGTH_ERROR = /-ERR Protocol error: (?:invalid (?:multi)?bulk length|expected '\$', got '.')\r\n$/;
const WAITS_IN_REDIS = /\0|(?<!\r)\n/;

/** Compares by the framing alone. Texts are latin1. */
export function compareFraming(request: string, ours: string, theirs: string): Comparison {
  if (ours === theirs) return "equal";
  if (OWN_ERROR.test(ours)) {
    // The replies before the error are the same, unless Redis finds a POST later and drops everything.
    return theirs === "" || theirs.startsWith(ours.replace(OWN_ERROR, "")) ? "listed" : "different";
  }
  const waits = WAITS_IN_REDIS.test(request) && ours.replace(LENGTH_ERROR, "") === theirs;
  return waits ? "listed" : "different";
}

/** `foreign` has the names, in small letters, that only Redis knows. */
export function compareStreams(
  stream: Stream,
  ours: string,
  theirs: string,
  foreign: ReadonlySet<string>,
): Comparison {
  const byFraming = compareFraming(stream.text, ours, theirs);
  if (byFraming !== "different") return byFraming;
  const [left, right] = [splitReplies(ours), splitReplies(theirs)];
  if (left.replies.length !== right.replies.length || left.rest !== right.rest) return "different";
  const equal = left.replies.every((reply, i) => {
    const other = right.replies[i]!;
    if (reply === other || foreign.has(unknownName(reply))) return true;
    if (stream.damaged && isEndless(reply) && isEndless(other)) return true;
    // In a damaged stream nobody knows which command a reply answers.
    const rest = stream.damaged ? undefined : listedFor(stream.asked[i]?.words ?? [])?.rest;
    return rest !== undefined && rest(reply) === rest(other);
  });
  return equal ? "listed" : "different";
}

/** carrotCache's longest life in seconds, less what passes while it is asked for. */
const LONGEST_SECONDS = 15_778_800_000 - 10;

/** Damage can turn a number into a life of more than 500 years, which only Redis keeps. */
function isEndless(reply: string): boolean {
  return Number(/^:(\d+)\r\n$/.exec(reply)?.[1]) >= LONGEST_SECONDS;
}

/** The name in the reply to an unknown command; "" in any other. */
function unknownName(reply: string): string {
  return /^-ERR unknown command '([^']*)'/.exec(reply)?.[1]?.toLowerCase() ?? "";
}
