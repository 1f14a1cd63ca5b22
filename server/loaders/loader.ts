/**
 * The contract between a group and its origin.
 *
 * Owns the types only. A loader knows the origin of one group; it does not know the store, the ring, or which GETs wait.
 */

/** The key without its group's prefix: text when the bytes are valid UTF-8, else the bytes themselves. */
export type LoaderKey = string | Uint8Array;

/** What accompanies one load. */
export interface LoadContext {
  readonly group: string;
  /** The same key as `load` got, always as bytes. */
  readonly keyBytes: Uint8Array;
  /** Fires when `loader-timeout` has passed or the node shuts down: the value is not wanted any more. */
  readonly signal: AbortSignal;
}

/** What accompanies the load of several keys; `keyBytes` is in the order of the keys. */
export interface LoadManyContext {
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
