/**
 * Turns what a loader returned into an outcome.
 *
 * Invariant: an outcome of kind value holds bytes within the group's limit and a lifetime in milliseconds; anything else
 * is an error that says what the loader returned instead. A loader is somebody else's code, so its types are checked.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import { isBytesOrText } from "../conf/given-types.ts";
import { failure, reasonFor } from "./failure-kinds.ts";
import {
  loaderFailed,
  loaderReturnedWrongTtl,
  loaderReturnedWrongType,
  loaderValueTooLarge,
} from "./load-error-texts.ts";

const WRONG_RESULT = { kind: "wrong-result" } as const;

/**
 * `ttlMs` of the outcome is the loader's own; undefined means that it gave none and the group's `ttl` or
 * `negative-ttl` applies. Bytes are not copied, text becomes UTF-8. Throws only what a getter of `loaded` throws.
 */
export function normalizeLoaded(loaded: unknown, limits: { readonly maxValueBytes: number }): Outcome {
  if (isValue(loaded)) return outcomeOf(loaded, undefined, limits.maxValueBytes);
  if (loaded instanceof Error) return failed(loaded, limits);
  if (typeof loaded !== "object" || !("value" in loaded))
    return failure(loaderReturnedWrongType(loaded), WRONG_RESULT);
  const { value, ttlMs } = loaded as { value: unknown; ttlMs?: unknown };
  if (!isValue(value)) return failure(loaderReturnedWrongType(value), WRONG_RESULT);
  if (ttlMs !== undefined && !isLifetime(ttlMs)) return failure(loaderReturnedWrongTtl(ttlMs), WRONG_RESULT);
  return outcomeOf(value, ttlMs, limits.maxValueBytes);
}

/** The outcome of a loader that threw or rejected. */
export function failed(thrown: unknown, limits: { readonly maxValueBytes: number }): Outcome {
  return failure(loaderFailed(thrown, limits.maxValueBytes), reasonFor(thrown));
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
  if (length > maxBytes) return failure(loaderValueTooLarge(maxBytes), { kind: "too-large" });
  return { kind: "value", value: typeof value === "string" ? Buffer.from(value) : value, ttlMs };
}
