/**
 * What a client reads of the outcome of a GET: an origin's failure is an error, "not found" is null.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import { ErrorReply, encodeReply, type Reply } from "../../proto/reply.ts";
import { bulkSize, writeBulkHeader, writeCrlf } from "../../proto/reply-writers.ts";

export function outcomeReply(outcome: Outcome): Reply {
  if (outcome.kind === "value") return outcome.value;
  return outcome.kind === "absent" ? null : new ErrorReply(`ERR ${outcome.text}`);
}

/** The reply's bytes; those of a value are copied once. */
export function outcomeBytes(outcome: Outcome, protocol: 2 | 3): Buffer {
  if (outcome.kind !== "value") return encodeReply(outcomeReply(outcome), protocol);
  const { value } = outcome;
  const bytes = Buffer.allocUnsafe(bulkSize(value.length));
  const at = writeBulkHeader(bytes, 0, value.length);
  bytes.set(value, at);
  writeCrlf(bytes, at + value.length);
  return bytes;
}
