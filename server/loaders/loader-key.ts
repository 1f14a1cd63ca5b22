/**
 * The form in which a loader gets its key.
 *
 * Invariant: no two keys look the same to a loader. Bytes that are not UTF-8 stay bytes, because decoding turns every bad
 * byte into the same U+FFFD.
 */
import { isUtf8 } from "node:buffer";
import type { LoaderKey } from "./loader.ts";

/** Text when `bytes` is valid UTF-8 (the empty key too), else `bytes` itself, not a copy. */
export function toLoaderKey(bytes: Uint8Array): LoaderKey {
  if (!isUtf8(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
