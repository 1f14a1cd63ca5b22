/**
 * WATCH: which client, of any thread, watches which keys, and whether one of them has changed since. The node itself may
 * watch a key as well.
 *
 * Invariant: when `settle` says true, no change that this node has made or heard of has touched a key of the client, and no
 * entry that was here when the client began to watch has expired or been evicted. Costs one check a change while no client
 * watches. Keys are Latin-1 text here, a character a byte.
 */
import { databaseOf } from "../store/database-key.ts";
import type { FreeWrites } from "../store/free-writes.ts";

interface Watcher {
  /** Whether this node held the key's entry when the client began to watch. */
  readonly keys: Map<string, boolean>;
  touched: boolean;
}

/** One key that the node watches for itself. */
export interface KeyWatch {
  /** A command has changed the key, or a flush has come. Not so when the entry expires or is evicted. */
  readonly touched: boolean;
  end(): void;
}

export interface WatchesOptions {
  /** Whether this node holds a value for the key now. */
  isHeld(key: Buffer): boolean;
  /** There is no other member that may hold an entry. */
  readonly isAlone: boolean;
  /** Undefined: no other thread writes. */
  readonly freeWrites?: FreeWrites | undefined;
}

export class Watches {
  readonly #clients = new Map<number, Watcher>();
  /** Those of `watch`. */
  readonly #own = new Set<Watcher>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #options: WatchesOptions;

  constructor(options: WatchesOptions) {
    this.#options = options;
  }

  /** Nobody watches a key. */
  get isIdle(): boolean {
    return this.#watchers.size === 0;
  }

  /** The number of clients that watch. */
  get size(): number {
    return this.#clients.size;
  }

  /** Adds keys to those of a client. The keys are copied. */
  add(client: number, keys: readonly Buffer[]): void {
    const watcher = this.#clients.get(client) ?? { keys: new Map(), touched: false };
    this.#clients.set(client, watcher);
    for (const bytes of keys) {
      const key = bytes.toString("latin1");
      if (!watcher.keys.has(key)) watcher.keys.set(key, this.#options.isHeld(bytes));
      this.#listen(key, watcher);
    }
  }

  /** Watches a key for the node itself. The key is copied. */
  watch(bytes: Buffer): KeyWatch {
    const key = bytes.toString("latin1");
    // It counts as held, so that a flush touches it.
    const watcher: Watcher = { keys: new Map([[key, true]]), touched: false };
    this.#own.add(watcher);
    this.#listen(key, watcher);
    const end = () => {
      if (this.#own.delete(watcher)) this.#forget(watcher);
    };
    return Object.assign(watcher, { end });
  }

  /** Ends the watching of a client. False: one of its keys has changed, or its entry has gone. */
  settle(client: number): boolean {
    const watcher = this.#clients.get(client);
    if (watcher === undefined) return true;
    this.#clients.delete(client);
    this.#forget(watcher);
    return !watcher.touched && !this.#hasLostOne(watcher);
  }

  #listen(key: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers.add(watcher));
    this.#options.freeWrites?.set("watching", true);
  }

  #forget(watcher: Watcher): void {
    for (const key of watcher.keys.keys()) {
      const watchers = this.#watchers.get(key)!;
      watchers.delete(watcher);
      if (watchers.size === 0) this.#watchers.delete(key);
    }
    this.#options.freeWrites?.set("watching", !this.isIdle);
  }

  #hasLostOne({ keys }: Watcher): boolean {
    return [...keys].some(([key, wasHeld]) => wasHeld && !this.#options.isHeld(Buffer.from(key, "latin1")));
  }

  /** A command has changed a key: a SET, a DEL, an EXPIRE, here or on another member. */
  touch(key: Buffer): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of this.#watchers.get(key.toString("latin1")) ?? []) watcher.touched = true;
  }

  /**
   * Every entry of a database has been deleted; undefined: of all databases. As in Redis, a key that had no entry is not
   * touched; another member may have held one that this node does not see.
   */
  touchAll(database?: number): void {
    const { isAlone } = this.#options;
    const isIn = (name: string) =>
      database === undefined || databaseOf(Buffer.from(name.slice(0, 2), "latin1")) === database;
    for (const watcher of [...this.#clients.values(), ...this.#own])
      watcher.touched ||= [...watcher.keys].some(([name, wasHeld]) => (wasHeld || !isAlone) && isIn(name));
  }
}
