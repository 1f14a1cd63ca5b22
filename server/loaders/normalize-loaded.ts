/**
 * Turns what a loader returned into an outcome.
 *
 * Invariant: an outcome of kind value holds bytes within the group's limit and a lifetime in milliseconds; anything else
 * is an error that says what the loader returned instead. A loader is somebody else's code, so its types are checked.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import { isBytesOrText } from "../conf/given-types.ts";
import {
  loaderFailed,
  loaderReturnedWrongTtl,
  loaderReturnedWrongType,
  loaderValueTooLarge,
} from "./load-error-texts.ts";

/**
 * `ttlMs` of the outcome is the loader's own; undefined means that it gave none and the group's `ttl` or
 * `negative-ttl` applies. Bytes are not copied, text becomes UTF-8. Throws only what a getter of `loaded` throws.
 */
export function normalizeLoaded(loaded: unknown, limits: { readonly maxValueBytes: number }): Outcome {
  if (isValue(loaded)) return outcomeOf(loaded, undefined, limits.maxValueBytes);
  if (loaded instanceof Error) return failure(loaderFailed(loaded, limits.maxValueBytes));
  if (typeof loaded !== "object" || !("value" in loaded)) return failure(loaderReturnedWrongType(loaded));
  const { value, ttlMs } = loaded as { value: unknown; ttlMs?: unknown };
  if (!isValue(value)) return failure(loaderReturnedWrongType(value));
  if (ttlMs !== undefined && !isLifetime(ttlMs)) return failure(loaderReturnedWrongTtl(ttlMs));
  return outcomeOf(value, ttlMs, limits.maxValueBytes);
}

export function failure(text: string): Outcome {
  return { kind: "error", text };
}

function isValue(thing: unknown): thing is Uint8Array | string | null {
  return thing === null || isBytesOrText(thing);
}

function isLifetime(ttlMs: unknown): ttlMs is number {
  return typeof ttlMs === "number" && Number.isFinite(ttlMs) && ttlMs >= 0;
}

function outcomeOf(value: Uint8Array | string | null, ttlMs: number | undefined, maxBytes: number): Outcome {
  if (value === null) return { kind: "absent", ttlMs };
  const length = typeof value === "string" ? Buffer.byteLength(value) : value.length;
  if (length > maxBytes) return failure(loaderValueTooLarge(maxBytes));
  return { kind: "value", value: typeof value === "string" ? Buffer.from(value) : value, ttlMs };
}
