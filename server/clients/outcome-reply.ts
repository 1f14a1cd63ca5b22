/**
 * What a client reads of the outcome of a GET: a value is a bulk string, "not found" is null, an origin's failure is an
 * error. Owns that mapping; knows no connection.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import { ErrorReply, encodeReply, type Reply } from "../../proto/reply.ts";
import { bulkSize, writeBulkHeader, writeCrlf } from "../../proto/reply-writers.ts";

/** `-` */
const ERROR = 0x2d;

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
  const lineEnd = bytes.indexOf("\r\n");
  const line = bytes.toString("latin1", 1, lineEnd);
  if (bytes[0] === ERROR) return { kind: "error", text: bytes.toString("utf8", "-ERR ".length, lineEnd) };
  if (line === "-1") return { kind: "absent", ttlMs: undefined };
  const start = lineEnd + 2;
  return { kind: "value", value: bytes.subarray(start, start + Number(line)), ttlMs: undefined };
}
