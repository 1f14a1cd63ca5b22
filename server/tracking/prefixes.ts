/**
 * The prefixes that clients in BCAST mode want to hear of, and who wants which.
 *
 * Invariant: no prefix of a client begins with another one of the same client. What finding costs depends on how many
 * lengths there are, not on how many prefixes or clients. Prefixes and keys are Latin-1 text: a character a byte.
 */

export class Prefixes<T> {
  readonly #byPrefix = new Map<string, Set<T>>();
  /** How many prefixes there are of each length. */
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

  /** Calls `hear` for everybody who wants to hear of a key. */
  forEach(name: string, hear: (client: T) => void): void {
    for (const length of this.#lengths.keys()) {
      if (length > name.length) continue;
      for (const client of this.#byPrefix.get(name.slice(0, length)) ?? []) hear(client);
    }
  }
}

/** Two prefixes one of which begins with the other; `isHeld`: the second is one that the client has already. */
export interface Overlap {
  readonly prefix: string;
  readonly other: string;
  readonly isHeld: boolean;
}

/** The first overlap, as Redis looks for it, of prefixes that a client asks for with each other or with those it has. */
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
