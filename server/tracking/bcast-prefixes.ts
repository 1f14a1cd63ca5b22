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

/**
 * The first overlap in Redis' order: of each prefix in `asked` with those in `held`, in the order of their bytes, then with
 * those behind it in `asked`. Prefixes in `held` do not overlap with each other. Costs a sorting, not a comparison of each with
 * each.
 */
export function overlapOf(asked: readonly string[], held: readonly string[]): Overlap | undefined {
  const inOrder = held.toSorted(byBytes);
  const overlapping = overlappingOf(asked);
  for (const [i, prefix] of asked.entries()) {
    const own = overlapIn(inOrder, prefix);
    if (own !== undefined) return { prefix, other: own, isHeld: true };
    if (!overlapping.has(prefix)) continue;
    return { prefix, other: asked.slice(i + 1).find((later) => overlaps(prefix, later))!, isHeld: false };
  }
  return undefined;
}

/** The prefixes that overlap with another one in the list. */
function overlappingOf(prefixes: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  let shortest: string | undefined;
  for (const prefix of prefixes.toSorted(byBytes)) {
    // In the order of bytes, all that begins with a prefix comes right behind it.
    if (shortest === undefined || !prefix.startsWith(shortest)) shortest = prefix;
    else found.add(shortest).add(prefix);
  }
  return found;
}

/** The first one in a sorted list, none of which overlaps with another, that overlaps with this prefix. */
function overlapIn(inOrder: readonly string[], prefix: string): string | undefined {
  let from = 0;
  for (let to = inOrder.length; from < to; ) {
    const middle = (from + to) >>> 1;
    if (inOrder[middle]! < prefix) from = middle + 1;
    else to = middle;
  }
  return [inOrder[from - 1], inOrder[from]].find((other) => other !== undefined && overlaps(prefix, other));
}

/** Of texts with a character a byte, which compare as their bytes do. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function overlaps(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** The prefixes of one client, none of which overlaps with another. Finding a key's takes a look-up for each length. */
export class PrefixSet {
  readonly #prefixes: ReadonlySet<string>;
  readonly #lengths: readonly number[];

  constructor(prefixes: readonly string[]) {
    this.#prefixes = new Set(prefixes);
    this.#lengths = [...new Set(prefixes.map(({ length }) => length))];
  }

  /** The prefix that a key begins with. */
  of(name: string): string | undefined {
    for (const length of this.#lengths) {
      const prefix = name.slice(0, length);
      if (this.#prefixes.has(prefix)) return prefix;
    }
    return undefined;
  }
}
