/**
 * The results of asking for a key and of looking at one, on this node or on another.
 *
 * Owns the two result types that cross the peer link. Results hold remaining lifetimes and never clock times, so that members
 * need not agree on the time of day.
 */

/**
 * How a GET ends that the store could not answer. `ttlMs` is the remaining life; undefined: does not expire. `isBehind`:
 * another member has answered that had not heard every change that this node had heard when it asked. Whoever asked before
 * may have the outcome; nobody may keep it.
 */
export type Outcome =
  | {
      readonly kind: "value";
      readonly value: Uint8Array;
      readonly ttlMs: number | undefined;
      readonly isBehind?: boolean;
    }
  /** The origin says that there is no such key. */
  | { readonly kind: "absent"; readonly ttlMs: number | undefined; readonly isBehind?: boolean }
  /** One line for the client, without the leading `ERR `. */
  | { readonly kind: "error"; readonly text: string };

/** The same, for a caller that keeps it: with a copy of the value, which may be a view that dies. */
export function ownedOutcome(outcome: Outcome): Outcome {
  return outcome.kind === "value" ? { ...outcome, value: Buffer.from(outcome.value) } : outcome;
}

/** What a store says of a key; asking loads nothing and does not count as a use. */
export interface Glimpse {
  /** `absent` is a cached "not found"; `missing` means that nothing is known. */
  readonly kind: "value" | "absent" | "missing";
  /** Length of the value. */
  readonly bytes: number;
  readonly ttlMs: number | undefined;
  /** What the entry costs against the group's limit. */
  readonly footprintBytes: number;
}
