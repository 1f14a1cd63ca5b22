/**
 * What a member does for other members, as a link that serves one of them sees it.
 *
 * Owns the types only; server/cache/peer-handlers.ts fulfils them.
 */
import type { Version } from "./change.ts";
import type { Edit, Edited } from "./edit.ts";
import type { DoChange } from "./hearing.ts";
import type { Glimpse, Outcome } from "./outcome.ts";
import type { Publication } from "./publications.ts";
import type { Ran } from "./run.ts";
import type { Tracker } from "./tracker.ts";

/** Which of a member's keys a scan is for. */
export interface WantedKeys {
  readonly database: number;
  /** A glob for the keys as clients say them; undefined: every key. */
  readonly pattern: Uint8Array | undefined;
}

/** A piece of a member's keys. */
export interface ScanPiece {
  /** Where to go on; 0 at the end. A whole number up to 2^53. */
  readonly cursor: number;
  /** The keys that match the pattern. */
  readonly keys: readonly Buffer[];
  /** How many entries were looked at. */
  readonly seen: number;
}

/** A large value may be lent to `use` instead of copied: its bytes may change as soon as `use` returns. */
export interface ValueLoan {
  readonly leastBytes: number;
  use(value: Uint8Array, ttlMs: number | undefined): void;
}

/** How this node answers other members: from its own stores, flights and loaders, never by asking a further member. */
export interface PeerHandlers {
  /** `key` is a view that dies when this returns: copy what is kept. Undefined: the value has been lent. */
  get(key: Uint8Array, timeoutMs: number, loan?: ValueLoan): Outcome | Promise<Outcome> | undefined;
  look(key: Uint8Array): Glimpse;
  /** The member is about to read keys, or to look at them, for its own clients, and wants to hear of changes. */
  track(read: readonly Uint8Array[], lookedAt: readonly Uint8Array[], member: Tracker): void;
  /** The link that the member tracked keys on is gone. */
  untrack(member: Tracker): void;
  /**
   * Deletes entries and copies that are not newer than the version, and voids loads and forwards under way; returns the number
   * of live entries removed that this node owns. A promise only for a flush that is slow. Keys are views that nobody overwrites.
   */
  change: DoChange;
  /** Edits an entry of this node's own store, perhaps after a load; the bytes are views that nobody overwrites. */
  edit(key: Uint8Array, edit: Edit): Edited | Promise<Edited>;
  /** Runs a command whole on this node's own stores; the words are views that nobody overwrites. Never rejects. */
  run(words: readonly Buffer[], version: Version): Ran | Promise<Ran>;
  /** A piece of the keys in this node's own stores. */
  scan(cursor: number, count: number, wanted: WantedKeys): ScanPiece;
  /** A client of the member has published this. The bytes are views that nobody overwrites. */
  heard(publication: Publication): void;
  /** The number of live entries of a database that this node owns. */
  count(database: number): number;
  /** A view of the ring that is newer than this node's; true when it is taken. */
  ring(epoch: number, members: readonly string[]): boolean;
}
