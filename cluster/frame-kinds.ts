/**
 * What a frame is, by its first bytes: before it is decoded.
 *
 * Keeps: a long request is one edit, run or publication, whose bytes decode to a handful of objects. A long frame of another
 * kind could decode to millions. A frame that is used up at once is one Get or one Got: the bytes of all others are kept.
 */
import { Reader } from "protobufjs/minimal.js";

/** Fields of Frame with their wire type. */
const GET = (1 << 3) | 2;
const GOT = (2 << 3) | 2;
const EDIT = (16 << 3) | 2;
const RUN = (30 << 3) | 2;
const PUBLISH = (32 << 3) | 2;

/** Whether a frame is one of the requests that may be as long as a value, and nothing else. */
export function isLongRequest(frame: Uint8Array): boolean {
  const field = onlyField(frame);
  return field === EDIT || field === RUN || field === PUBLISH;
}

/** Whether nobody keeps a byte of this frame when it has been handled. */
export function isUsedUp(frame: Uint8Array): boolean {
  const field = onlyField(frame);
  return field === GET || field === GOT;
}

/** The only field of a frame; 0: it has others, or is cut short. */
function onlyField(frame: Uint8Array): number {
  const reader = Reader.create(frame);
  const field = reader.uint32();
  return reader.uint32() === reader.len - reader.pos ? field : 0;
}
