/**
 * A change of one entry, decided and made in one step by the member that answers for the key.
 *
 * Owns the types behind every command that does more to an entry than load or delete it. They cross the peer link,
 * so they hold remaining lifetimes and never clock times. Keeps: an edit without a new value never makes an entry.
 */

import type { Version } from "./change.ts";

/**
 * A condition that must hold before anything changes. `missing`, `held`: the entry has no value (a cached "not found" is
 * none), or has one. `dated`, `undated`: the entry expires, or never does. `later`, `sooner`: the new deadline is later
 * or sooner than the entry's own; no deadline is the latest of all.
 */
export type Condition = "missing" | "held" | "dated" | "undated" | "later" | "sooner";

/** A value's bytes `from` to `to`, both included, as GETRANGE counts them: negative numbers from the end. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * How a new value comes from the old one; without an old one from 0 or from no bytes. `add`, `addFloat`: adds a number.
 * `append`, `setRange`: writes bytes at the end, or from the byte `at` on. `setBit`: sets the bit `at`.
 */
export interface Operation {
  readonly kind: "add" | "addFloat" | "append" | "setRange" | "setBit";
  /** The number in Redis' spelling, the bytes, or for `setBit` the byte 0 or 1. */
  readonly argument: Uint8Array;
  /** Up to 2^32 - 1; 0 for the operations that have no place. */
  readonly at: number;
}

/**
 * What the old value must be before anything changes. `equal`, `sameDigest`: this value, or a value of this digest; a missing
 * value is neither. `different`, `otherDigest`: anything else, also none.
 */
export interface Comparison {
  readonly kind: "equal" | "different" | "sameDigest" | "otherDigest";
  /** The value, or the digest in hexadecimal. */
  readonly to: Uint8Array;
}

export interface Edit {
  /** All must hold. */
  readonly conditions: readonly Condition[];
  /** One more condition. */
  readonly comparison?: Comparison;
  /** The new value; null removes the entry, undefined leaves its value as it is. */
  readonly value: Uint8Array | null | undefined;
  /** In place of `value`. */
  readonly operation?: Operation;
  /** A key of which the member knows nothing is loaded first, as a GET would load it. */
  readonly loadsFirst?: boolean;
  /** Milliseconds from now; 0 or less removes the entry. `keep` makes a new entry endless: it has no life to keep. */
  readonly life: number | "keep" | "endless";
  /** Which part of the old value to answer. */
  readonly wanted: Range | undefined;
  /** True: the edit counts as a use of the entry, even when nothing changes. */
  readonly isUse: boolean;
  /**
   * The keyspace notification of the change, where it does not follow from the edit. It is not on the peer link: for commands
   * that run whole at the owner.
   */
  readonly event?: string;
  /** When another member has asked for it; undefined: a client of this node does. */
  readonly version?: Version;
}

export interface Edited {
  /** Not undefined: nothing was done, because of a change with this counter that is later than the edit's version. */
  readonly overtakenBy?: number;
  /** The entry had a value before. */
  readonly held: boolean;
  readonly changed: boolean;
  /** The new value does not fit into its store; nothing has changed. */
  readonly noRoom: boolean;
  /** Length of the old value. */
  readonly bytes: number;
  /** The wanted part of the old value; undefined when none was wanted, or there was no value. */
  readonly value: Uint8Array | undefined;
  /** What the operation answers: the new number, the new length, or the old bit; undefined: it was not made. */
  readonly result?: string;
  /** Uses of the entry that the store's policy has counted; 0 when the policy does not count. */
  readonly uses: number;
  /** At least how long ago the entry was last used before this edit; 0 when the policy does not know. */
  readonly idleMs: number;
  /** Why nothing was done, as one line for the client without the leading `ERR `. */
  readonly error: string | undefined;
}

/**
 * Whether an edit that is made twice may do something else than one that is made once. After a lost answer nobody knows
 * whether it was made, so it must not be asked for again.
 */
export function mustBeMadeOnce({ operation, comparison }: Edit): boolean {
  return operation !== undefined || comparison !== undefined;
}

/** Whether an edit can change anything but the count of uses. */
export function canChange({ value, life, operation }: Edit): boolean {
  return value !== undefined || life !== "keep" || operation !== undefined;
}
