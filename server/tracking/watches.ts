/**
 * WATCH: which client, of any thread, watches which keys, and whether one of them has changed since.
 *
 * Invariant: when `settle` says true, no change that this node has made or heard of has touched a key of the client.
 * Costs one check a change while no client watches. Keys are Latin-1 text here, a character a byte.
 */
import { databaseOf } from "../store/database-key.ts";

interface Watcher {
  readonly keys: Set<string>;
  touched: boolean;
}

export class Watches {
  readonly #clients = new Map<number, Watcher>();
  readonly #watchers = new Map<string, Set<Watcher>>();

  /** The number of clients that watch. */
  get size(): number {
    return this.#clients.size;
  }

  /** Adds keys to those of a client. The keys are copied. */
  add(client: number, keys: readonly Buffer[]): void {
    const watcher = this.#clients.get(client) ?? { keys: new Set(), touched: false };
    this.#clients.set(client, watcher);
    for (const key of keys.map((bytes) => bytes.toString("latin1"))) {
      watcher.keys.add(key);
      const watchers = this.#watchers.get(key) ?? new Set();
      this.#watchers.set(key, watchers.add(watcher));
    }
  }

  /** Ends the watching of a client. False: one of its keys has changed. */
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

  /** A command has changed a key: a SET, a DEL, an EXPIRE, here or on another member. */
  touch(key: Buffer): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of this.#watchers.get(key.toString("latin1")) ?? []) watcher.touched = true;
  }

  /** Every entry of a database has been deleted; undefined: of all databases. */
  touchAll(database?: number): void {
    const isIn = (name: string) => databaseOf(Buffer.from(name.slice(0, 2), "latin1")) === database;
    for (const watcher of this.#clients.values())
      watcher.touched ||= database === undefined || [...watcher.keys].some(isIn);
  }
}
