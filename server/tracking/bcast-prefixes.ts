/**
 * The prefixes that clients in BCAST mode have asked for.
 *
 * Invariant: no prefix of a client begins with another prefix of the same client (`overlapOf` finds those that would).
 * Finding the clients of a key takes one look-up for each different length of prefixes, however many prefixes there are.
 * Prefixes and keys are Latin-1 text: a character a byte.
 */

export class BcastPrefixes<T> {
  readonly #byPrefix = new Map<string, Set<T>>();
  /** The number of prefixes of each length. */
  readonly #lengths = new Map<number, number>();

  get size(): number {
    return this.#byPrefix.size;
  }

  add(prefix: string, client: T): void {
    const clients = this.#byPrefix.get(prefix);
    if (clients !== undefined) {
      clients.add(client);
      return;
    }
    this.#byPrefix.set(prefix, new Set([client]));
    this.#lengths.set(prefix.length, (this.#lengths.get(prefix.length) ?? 0) + 1);
  }

  remove(prefix: string, client: T): void {
    const clients = this.#byPrefix.get(prefix);
    if (clients === undefined || !clients.delete(client) || clients.size > 0) return;
    this.#byPrefix.delete(prefix);
    const left = this.#lengths.get(prefix.length)! - 1;
    if (left > 0) this.#lengths.set(prefix.length, left);
    else this.#lengths.delete(prefix.length);
  }

  /** Calls `hear` for each client that has asked for a prefix of the key. */
  forEach(name: string, hear: (client: T) => void): void {
    for (const length of this.#lengths.keys()) {
      if (length > name.length) continue;
      for (const client of this.#byPrefix.get(name.slice(0, length)) ?? []) hear(client);
    }
  }
}

/** Two prefixes, one of which begins with the other. `isHeld`: the client has asked for `other` before. */
export interface Overlap {
  readonly prefix: string;
  readonly other: string;
  readonly isHeld: boolean;
}

/** The first overlap in Redis' order: of the prefixes in `asked` with those in `held`, then with each other. */
export function overlapOf(asked: readonly string[], held: readonly string[]): Overlap | undefined {
  for (const [i, prefix] of asked.entries()) {
    const own = held.find((other) => overlaps(prefix, other));
    if (own !== undefined) return { prefix, other: own, isHeld: true };
    const other = asked.slice(i + 1).find((later) => overlaps(prefix, later));
    if (other !== undefined) return { prefix, other, isHeld: false };
  }
  return undefined;
}

function overlaps(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}
