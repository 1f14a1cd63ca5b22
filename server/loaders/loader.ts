/**
 * The contract between a group and the outside world it loads from.
 *
 * Owns the types only. A loader knows one group's origin; it does not know the store, the ring, or who is waiting.
 */

/** The key without its group's prefix: text when the bytes are valid UTF-8, else the bytes themselves. */
export type LoaderKey = string | Uint8Array;

/** What accompanies one load. */
export interface LoadContext {
  readonly group: string;
  /** The same key as `load` got, always as bytes. */
  readonly keyBytes: Uint8Array;
  /** Fires when the group's `loader-timeout` has passed or the node shuts down: nobody waits for the value any more. */
  readonly signal: AbortSignal;
}

/** What accompanies a load of many keys; `keyBytes` is in the order of the keys. */
export interface LoadManyContext {
  readonly group: string;
  readonly keyBytes: readonly Uint8Array[];
  readonly signal: AbortSignal;
}

/**
 * What a loader returns for a key: the value as bytes or text, `null` when the origin does not have the key, or
 * either of them with a lifetime of its own (`ttlMs` in milliseconds; it takes the place of the group's `ttl` or
 * `negative-ttl`; 0 means: give it to who waits and do not keep it).
 */
export type Loaded =
  | Uint8Array
  | string
  | null
  | { readonly value: Uint8Array | string | null; readonly ttlMs?: number };

/**
 * Loads values from an origin. To throw or to reject means failure: every waiter gets an error and the key is free
 * for the next GET.
 */
export interface Loader {
  load(key: LoaderKey, context: LoadContext): Loaded | Promise<Loaded>;
  /**
   * Loads the keys that were missed in the same tick at once. Returns a result a key, in the order of the keys; an
   * `Error` in a place fails that key alone.
   */
  loadMany?(
    keys: readonly LoaderKey[],
    context: LoadManyContext,
  ): readonly (Loaded | Error)[] | Promise<readonly (Loaded | Error)[]>;
  /** Called once when the node stops. */
  close?(): void | Promise<void>;
}
