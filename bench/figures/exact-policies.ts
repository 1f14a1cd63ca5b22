/**
 * Plain models of the eviction policies, to compare the store's hit ratios with: a Map in order of insertion is the queue.
 *
 * The models charge what `costOf` says and nothing for bookkeeping, and know no shards, chunks or approximations.
 */

/** A key that is asked for. */
export interface Asked {
  readonly name: string;
}

/** Hits of exact LRU within `limit`. */
export function lruHits<T extends Asked>(
  requests: readonly T[],
  limit: number,
  costOf: (one: T) => number,
): number {
  const held = new Map<string, T>();
  let used = 0;
  let hits = 0;
  for (const request of requests) {
    if (held.delete(request.name)) {
      hits++;
    } else {
      used += costOf(request);
      while (used > limit) used -= costOf(takeOldest(held)!);
    }
    held.set(request.name, request);
  }
  return hits;
}

interface Held {
  readonly name: string;
  readonly cost: number;
  uses: number;
}

/**
 * Hits of S3-FIFO (Yang et al., SOSP 2023) with libCacheSim's parameters: a small queue of a tenth, two uses to get
 * from it into the main queue, uses counted up to 3, ghosts for nine tenths.
 */
export function s3FifoHits<T extends Asked>(
  requests: readonly T[],
  limit: number,
  costOf: (one: T) => number,
): number {
  const model = new S3Fifo(limit);
  let hits = 0;
  for (const request of requests) if (model.ask(request.name, costOf(request))) hits++;
  return hits;
}

class S3Fifo {
  readonly #small = new Queue();
  readonly #main = new Queue();
  readonly #ghosts = new Queue();
  readonly #limit: number;
  readonly #smallLimit: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.#smallLimit = Math.floor(limit / 10);
  }

  /** Returns whether the key was held. A missing key is put in, unless it costs more than the whole limit. */
  ask(name: string, cost: number): boolean {
    const held = this.#small.entries.get(name) ?? this.#main.entries.get(name);
    if (held !== undefined) {
      held.uses = Math.min(3, held.uses + 1);
      return true;
    }
    const wasGhost = this.#ghosts.take(name) !== undefined;
    if (cost > this.#limit) return false;
    while (this.#small.used + this.#main.used + cost > this.#limit) this.#evict();
    (wasGhost ? this.#main : this.#small).add({ name, cost, uses: 0 });
    return false;
  }

  #evict(): void {
    const isMainFull = this.#main.used > this.#limit - this.#smallLimit;
    if (isMainFull || this.#small.used === 0) this.#evictMain();
    else this.#evictSmall();
  }

  /** Evicts nothing when every entry of the queue was used twice: then all of them move to the main queue. */
  #evictSmall(): void {
    for (let entry = this.#small.takeOldest(); entry !== undefined; entry = this.#small.takeOldest()) {
      if (entry.uses < 2) {
        this.#addGhost(entry);
        return;
      }
      this.#main.add({ ...entry, uses: 0 });
    }
  }

  #evictMain(): void {
    for (let entry = this.#main.takeOldest(); entry !== undefined; entry = this.#main.takeOldest()) {
      if (entry.uses === 0) return;
      this.#main.add({ ...entry, uses: entry.uses - 1 });
    }
  }

  #addGhost(entry: Held): void {
    this.#ghosts.add(entry);
    while (this.#ghosts.used > this.#limit - this.#smallLimit) this.#ghosts.takeOldest();
  }
}

class Queue {
  readonly entries = new Map<string, Held>();
  used = 0;

  add(entry: Held): void {
    this.entries.set(entry.name, entry);
    this.used += entry.cost;
  }

  take(name: string): Held | undefined {
    const entry = this.entries.get(name);
    if (entry === undefined) return undefined;
    this.entries.delete(name);
    this.used -= entry.cost;
    return entry;
  }

  takeOldest(): Held | undefined {
    const [oldest] = this.entries.keys();
    return oldest === undefined ? undefined : this.take(oldest);
  }
}

function takeOldest<T>(held: Map<string, T>): T | undefined {
  const [oldest] = held.keys();
  const entry = held.get(oldest!);
  held.delete(oldest!);
  return entry;
}
