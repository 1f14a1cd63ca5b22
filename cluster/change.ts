/**
 * A change as other members hear of it: what they have to delete, and its place in time.
 *
 * Owns the types, and the order of versions. A change has a number in the log of the process that makes it, and a version
 * that orders it among the changes of all members: a counter as Lamport's clock counts, then the id of the member.
 * (L. Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978.)
 */

/** What members delete: keys, or all keys of a database, or all keys. */
export interface Deletion {
  /** Empty for a flush. */
  readonly keys: readonly Uint8Array[];
  readonly flush?: Flush | undefined;
  /** Edits and runs of the keys that this member has asked for before are refused, should they still come. */
  readonly isBar?: boolean;
  /** Nothing is deleted. */
  readonly keepsEntries?: boolean;
}

export interface Flush {
  /** Undefined: all databases. */
  readonly database: number | undefined;
  /** The member may serve others meanwhile. */
  readonly isSlow: boolean;
}

export interface Change extends Deletion {
  readonly number: number;
  readonly counter: number;
}

export interface Version {
  readonly counter: number;
  /** The id of the member that made the change. */
  readonly author: string;
}

export function isLater(version: Version, than: Version): boolean {
  if (version.counter !== than.counter) return version.counter > than.counter;
  return version.author > than.author;
}

/** Lamport's clock: its next tick is later than everything that it has heard of. */
export class ChangeCounter {
  #counter: number;

  /** The first tick is later than `first`. */
  constructor(first = 0) {
    this.#counter = first;
  }

  get value(): number {
    return this.#counter;
  }

  tick(): number {
    return ++this.#counter;
  }

  /** To be called with the counter of each change, before the change is carried out. */
  hear(counter: number): void {
    if (counter > this.#counter && counter <= Number.MAX_SAFE_INTEGER / 2) this.#counter = counter;
  }
}
