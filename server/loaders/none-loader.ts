/**
 * The loader of a group that only SET fills.
 *
 * Invariant: the loader has no value for any key, and nothing that it returns is kept. The lifetime of 0 keeps "not found"
 * out of the store, so that a flood of unknown keys costs no entry.
 */
import type { Loader } from "./loader.ts";

export const NONE_LOADER: Loader = Object.freeze({
  load: () => ({ value: null, ttlMs: 0 }),
});
