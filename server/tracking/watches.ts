/**
 * WATCH: which clients, of all threads, want to know whether a key has changed since they said so.
 *
 * Invariant: a client that is not told of a change has seen none of those that this node has made or been told of. Costs
 * nothing while nobody watches. Bytes of keys are text here, one character a byte.
 */

interface Watcher {
  readonly keys: Set<string>;
  touched: boolean;
}

export class Watches {
  readonly #clients = new Map<number, Watcher>();
  readonly #watchers = new Map<string, Set<Watcher>>();

  /** Clients that watch. */
  get size(): number {
    return this.#clients.size;
  }

  /** The keys are copied. */
  add(client: number, keys: readonly Buffer[]): void {
    const watcher = this.#clients.get(client) ?? { keys: new Set(), touched: false };
    this.#clients.set(client, watcher);
    for (const key of keys.map((bytes) => bytes.toString("latin1"))) {
      watcher.keys.add(key);
      const watchers = this.#watchers.get(key) ?? new Set();
      this.#watchers.set(key, watchers.add(watcher));
    }
  }

  /** Ends the watching; false when one of the keys has changed. */
  settle(client: number): boolean {
    const watcher = this.#clients.get(client);
    if (watcher === undefined) return true;
    this.#clients.delete(client);
    for (const key of watcher.keys) {
      const watchers = this.#watchers.get(key)!;
      watchers.delete(watcher);
      if (watchers.size === 0) this.#watchers.delete(key);
    }
    return !watcher.touched;
  }

  /** A key has been set, deleted, or has expired. */
  touch(key: Buffer): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of this.#watchers.get(key.toString("latin1")) ?? []) watcher.touched = true;
  }

  /** Everything has been deleted. */
  touchAll(): void {
    for (const watcher of this.#clients.values()) watcher.touched = true;
  }
}
