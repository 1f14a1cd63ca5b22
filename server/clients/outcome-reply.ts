/**
 * What a client reads of the outcome of a GET: a value is a bulk string, "not found" is null, an origin's failure is an
 * error. Owns that mapping; knows no connection.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import { ErrorReply, encodeReply, type Reply } from "../../proto/reply.ts";
import { bulkSize, writeBulkHeader, writeCrlf } from "../../proto/reply-writers.ts";

/** `-`, before the text of an error; and before the 1 in the length of a null. */
const ERROR = 0x2d;
const MINUS = 0x2d;
const CR = 0x0d;
const CRLF_BYTES = 2;

export function outcomeReply(outcome: Outcome): Reply {
  if (outcome.kind === "value") return outcome.value;
  return outcome.kind === "absent" ? null : new ErrorReply(`ERR ${outcome.text}`);
}

/** The bytes of that reply. A value is copied once, so that the frame it came in can go. */
export function outcomeBytes(outcome: Outcome, protocol: 2 | 3): Buffer {
  if (outcome.kind !== "value") return encodeReply(outcomeReply(outcome), protocol);
  const { value } = outcome;
  const bytes = Buffer.allocUnsafe(bulkSize(value.length));
  const at = writeBulkHeader(bytes, 0, value.length);
  bytes.set(value, at);
  writeCrlf(bytes, at + value.length);
  return bytes;
}

/** The outcome whose bytes in RESP2 these are; its value is a view. They do not say how long it lives. */
export function outcomeOf(bytes: Buffer): Outcome {
  if (bytes[0] === ERROR)
    return { kind: "error", text: bytes.toString("utf8", "-ERR ".length, bytes.indexOf("\r\n")) };
  if (bytes[1] === MINUS) return { kind: "absent", ttlMs: undefined };
  // No text is made of the length: this is done for each miss of a worker.
  let start = 1;
  while (bytes[start] !== CR) start++;
  start += CRLF_BYTES;
  return { kind: "value", value: bytes.subarray(start, bytes.length - CRLF_BYTES), ttlMs: undefined };
}
