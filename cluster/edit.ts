/**
 * A change of one entry, decided and made in one step by the member that answers for the key.
 *
 * Owns the two types behind every command that does more to an entry than load or delete it. They cross the peer link,
 * so only remaining lifetimes are in them, never clock times. Keeps: an edit without a new value never makes an entry.
 */

/**
 * What must be so for anything to change: `missing` and `held` of a value (a cached "not found" is missing), `dated`
 * and `undated` of its deadline, `later` and `sooner` of the new deadline, where no deadline is the latest of all.
 */
export type Condition = "missing" | "held" | "dated" | "undated" | "later" | "sooner";

/** The part of a value from the byte `from` to the byte `to`, as GETRANGE counts them: negative from the end. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Edit {
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
  /** What the entry holds from now on; null: the entry ends; undefined: it holds what it held. */
  readonly value: Uint8Array | null | undefined;
  /** Milliseconds from now, and at 0 or less the entry ends. A new entry has nothing to keep: it is endless. */
  readonly life: number | "keep" | "endless";
  /** What to answer of the value that was held before. */
  readonly wanted: Range | undefined;
  /** Whether to count it as a use of the entry also when nothing changes. */
  readonly isUse: boolean;
}

export interface Edited {
  /** A value was held before. */
  readonly held: boolean;
  readonly changed: boolean;
  /** The new value does not fit into its store; nothing has changed. */
  readonly noRoom: boolean;
  /** Length of the value that was held before. */
  readonly bytes: number;
  /** The part of it that was wanted; undefined: none, or nothing was held. */
  readonly value: Uint8Array | undefined;
  /** How often the store's policy has counted it as used; 0 where it does not count. */
  readonly uses: number;
  /** How long ago it was used before this, at least; 0 where the policy does not know. */
  readonly idleMs: number;
  /** Why nothing was done, as one line for the client without the leading `ERR `. */
  readonly error: string | undefined;
}
