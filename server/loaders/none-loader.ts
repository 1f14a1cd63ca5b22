/**
 * The loader of a group that is only ever filled by SET.
 *
 * Invariant: it knows no key and leaves no trace. The zero lifetime keeps "not found" out of the store, so that a
 * flood of unknown keys costs no entry.
 */
import type { Loader } from "./loader.ts";

export const NONE_LOADER: Loader = Object.freeze({
  load: () => ({ value: null, ttlMs: 0 }),
});
