/**
 * The contract between a group and its origin.
 *
 * Owns the types only. A loader knows the origin of one group; it does not know the store, the ring, or which GETs wait.
 */

/** The key without its group's prefix: text when the bytes are valid UTF-8, else the bytes themselves. */
export type LoaderKey = string | Uint8Array;

/** A key with its group's prefix; text means its UTF-8 bytes. */
export type Key = string | Uint8Array;

/** The cache, as a loader may use it: whole keys, of all groups, in the whole cluster. Rejects as a `CarrotNode` does. */
export interface LoaderNode {
  /** The value, loaded if it is not cached; null when its origin has none. A load must not wait for its own key. */
  get(key: Key): Promise<Buffer | null>;
  /** Puts a value into the cache for `ttlMs`. Without `ttlMs` it does not expire. */
  set(key: Key, value: string | Uint8Array, options?: { readonly ttlMs?: number }): Promise<void>;
  /** Deletes entries and every copy of them. Resolves to the number of entries. */
  delete(...keys: readonly Key[]): Promise<number>;
}

/** A line in the node's log; `data` is shown beside the text. */
type LogLine = (text: string, data?: Readonly<Record<string, unknown>>) => void;

/** The node's log. `debug` lines are shown at `loglevel verbose`, `info` at `notice`, `warn` and `error` at `warning`. */
export interface LoaderLog {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

/** What a loader has of the node that it belongs to. */
export interface LoaderTools {
  readonly log: LoaderLog;
  readonly node: LoaderNode;
}

/** What `start` gets. It stays valid until the node stops. */
export interface StartContext extends LoaderTools {
  readonly group: string;
}

/** What accompanies one load. */
export interface LoadContext extends LoaderTools {
  readonly group: string;
  /** The same key as `load` got, always as bytes. */
  readonly keyBytes: Uint8Array;
  /** Fires when `loader-timeout` has passed or the node shuts down: the value is not wanted any more. */
  readonly signal: AbortSignal;
}

/** What accompanies the load of several keys; `keyBytes` is in the order of the keys. */
export interface LoadManyContext extends LoaderTools {
  readonly group: string;
  readonly keyBytes: readonly Uint8Array[];
  readonly signal: AbortSignal;
}

/**
 * What a loader returns for a key: the value as bytes or text, `null` when the origin does not have the key, or either of
 * them with a lifetime of its own. `ttlMs` is in milliseconds and takes the place of the group's `ttl` or `negative-ttl`;
 * 0 means that the value goes to the GETs that wait and is not kept.
 */
export type Loaded =
  | Uint8Array
  | string
  | null
  | { readonly value: Uint8Array | string | null; readonly ttlMs?: number };

/** Loads values from an origin. A throw or a rejection is a failure: every waiter gets an error, and the next GET loads again. */
export interface Loader {
  /** Called once, before the first load and before clients are let in; the node waits for it, as long as for a load. */
  start?(context: StartContext): void | Promise<void>;
  load(key: LoaderKey, context: LoadContext): Loaded | Promise<Loaded>;
  /**
   * Loads the keys that were missed in the same tick together. Returns one result for each key, in the order of the keys;
   * an `Error` in a place fails that key alone.
   */
  loadMany?(
    keys: readonly LoaderKey[],
    context: LoadManyContext,
  ): readonly (Loaded | Error)[] | Promise<readonly (Loaded | Error)[]>;
  /** Called once when the node stops. */
  close?(): void | Promise<void>;
}
