/**
 * Writes a command as a client does: an array of bulk strings.
 *
 * Invariant: `CommandReader` reads it back word for word.
 */
import { bulkSize, writeBulkHeader, writeCrlf, writeHeader } from "./reply-writers.ts";

const ASTERISK = 0x2a;
/** `*`, up to 10 digits, CRLF. */
const MAX_HEADER_BYTES = 13;

/** The RESP of a command. */
export function encodeCommand(args: readonly Uint8Array[]): Buffer {
  let size = MAX_HEADER_BYTES;
  for (const arg of args) size += bulkSize(arg.length);
  const bytes = Buffer.allocUnsafe(size);
  let at = writeHeader(bytes, 0, ASTERISK, args.length);
  for (const arg of args) {
    at = writeBulkHeader(bytes, at, arg.length);
    bytes.set(arg, at);
    at = writeCrlf(bytes, at + arg.length);
  }
  return bytes.subarray(0, at);
}
