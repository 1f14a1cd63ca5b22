/**
 * Which requests may be as long as a value.
 *
 * Keeps: a long frame is one edit, run or publication, whose bytes decode to a handful of objects. A long frame of another kind
 * could decode to millions.
 */
import { Reader } from "protobufjs/minimal.js";

/** The fields `edit`, `run` and `publish` of Frame with their wire type. */
const LONG = new Set([(16 << 3) | 2, (30 << 3) | 2, (32 << 3) | 2]);

/** Whether a frame is one of these requests and nothing else. */
export function isLongRequest(frame: Uint8Array): boolean {
  const reader = Reader.create(frame);
  return LONG.has(reader.uint32()) && reader.uint32() === reader.len - reader.pos;
}
