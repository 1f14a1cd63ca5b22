/**
 * Every text about a load that a client can see, in one table.
 *
 * Invariant: a text is one line of at most a few hundred characters without control characters, whatever the loader
 * said. No function here throws, whatever the loader threw. A text contains a key only when the loader put it there.
 */
import { types } from "node:util";
import { describeType } from "../conf/given-types.ts";
import { KeyNotAllowed, ValueTooLarge } from "./errors.ts";

const KEY_NOT_ALLOWED = "key not allowed for this loader";
export const LOADER_BUSY = "loader busy (queue full)";
export const LOADER_STOPPED = "loader stopped: the node is shutting down";

/** Long enough for the message of a driver, short enough for a log line and an INFO field. */
const MAX_MESSAGE_CHARS = 200;

/** What a loader may return, for the author who returned something else. */
const EXPECTED = "expected bytes, text or null";

export function loaderTimeout(timeoutMs: number): string {
  return `loader timeout after ${timeoutMs} ms`;
}

export function loaderValueTooLarge(maxBytes: number): string {
  return `loader value too large (max ${maxBytes} bytes)`;
}

export function loaderReturnedWrongType(loaded: unknown): string {
  return `loader returned ${describeType(loaded)} (${EXPECTED})`;
}

export function loaderReturnedWrongTtl(ttlMs: unknown): string {
  const shown = typeof ttlMs === "number" ? String(ttlMs) : describeType(ttlMs);
  return `loader returned ttlMs ${shown} (expected milliseconds, 0 or more)`;
}

export function loaderReturnedWrongCount(results: unknown, keys: number): string {
  const shown = Array.isArray(results) ? `${results.length} results` : describeType(results);
  return `loader returned ${shown} for ${keys} keys (expected an array with a result a key)`;
}

/** The text for what a loader threw or rejected with. */
export function loaderFailed(thrown: unknown, maxValueBytes: number): string {
  if (thrown instanceof KeyNotAllowed) return KEY_NOT_ALLOWED;
  if (thrown instanceof ValueTooLarge) return loaderValueTooLarge(maxValueBytes);
  return `loader failed: ${messageOf(thrown)}`;
}

/** Text from outside as one short line: control and format characters and lone surrogates become spaces. */
export function oneLine(text: string): string {
  // The first cut keeps the replacement cheap however long the text is.
  const short = text.slice(0, 4 * MAX_MESSAGE_CHARS).replace(/[\p{C}\p{Z}\s]+/gu, " ");
  return short.trim().slice(0, MAX_MESSAGE_CHARS).toWellFormed();
}

/** What an error says, as one short line. */
export function messageOf(thrown: unknown): string {
  try {
    return oneLine(rawMessage(thrown)) || "no message";
  } catch {
    return "no message";
  }
}

function rawMessage(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  if (!(thrown instanceof Error) && !types.isNativeError(thrown)) return `threw ${describeType(thrown)}`;
  // An AggregateError (every address of a host refused the connection) has an empty message.
  return thrown.message || (thrown as NodeJS.ErrnoException).code || thrown.name;
}
