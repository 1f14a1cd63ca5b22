/**
 * An error of a loader in two short texts for the log: what it says, and where it comes from.
 *
 * Invariant: each text is one line of a few hundred characters at most. Nothing here throws, whatever the loader threw.
 */
import { types } from "node:util";
import { messageOf, oneLine } from "./load-error-texts.ts";

export interface Cause {
  /** The error's message, and that of its `cause`. */
  readonly cause: string;
  /** The first line of its stack in code of the loader's; left out when it has no stack. */
  readonly at?: string;
}

export function describeCause(thrown: unknown): Cause {
  const at = attempt(() => firstPlace(thrown));
  return { cause: causesOf(thrown), ...(at !== undefined && { at }) };
}

/** A driver's error often says only that it failed; why is in its `cause`. */
function causesOf(thrown: unknown): string {
  const inner = attempt(() => (isError(thrown) ? thrown.cause : undefined));
  return inner === undefined ? messageOf(thrown) : `${messageOf(thrown)}: ${messageOf(inner)}`;
}

function firstPlace(thrown: unknown): string | undefined {
  if (!isError(thrown) || typeof thrown.stack !== "string") return undefined;
  const places = thrown.stack.split("\n", 50).filter((line) => /^\s+at /.test(line));
  const place = places.find((line) => !line.includes("node:")) ?? places[0];
  return place && oneLine(place.replace(/^\s+at /, ""));
}

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown);
}

/** Properties of an error may be getters that throw. */
function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
