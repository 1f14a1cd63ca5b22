/**
 * A command that runs whole at the one member that owns all of its keys, and what comes of it.
 *
 * Owns the types only. They know no command: words go there, bytes of a reply come back.
 */

export interface Ran {
  /** The reply's bytes for clients that speak RESP2. */
  readonly reply: Uint8Array;
  /** The same in RESP3; undefined when it is the same. */
  readonly reply3: Uint8Array | undefined;
  /** The keys that have changed: every other member has to drop what it has of them. */
  readonly changed: readonly Uint8Array[];
  /** Why the command did not run, as one line for the client without the leading `ERR `. */
  readonly error: string | undefined;
  /** As in Edited. */
  readonly overtakenBy?: number;
}
