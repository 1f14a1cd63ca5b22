/**
 * What a client may send: the limits of its reader, as the conf has them now.
 *
 * Invariant: a limit that CONFIG SET has changed holds from the next chunk on. In between `of` returns the same objects,
 * so that a chunk pays nothing for them. Knows no connection.
 */
import type { ReaderLimits } from "../../proto/command-header.ts";
import type { NodeConf } from "../conf/conf.ts";

/** Redis' own limit. */
const MAX_ARGS = 1 << 20;
/** For a client that has not given the password. Redis has 1 MiB. */
const MAX_LOCKED_COMMAND_BYTES = 1 << 16;
/** Redis' own limit for inline commands and header lines. */
const MAX_INLINE_BYTES = 1 << 16;

export class LiveReaderLimits {
  readonly #conf: Pick<NodeConf, "maxCommandBytes">;
  #open!: ReaderLimits;
  #locked!: ReaderLimits;

  constructor(conf: Pick<NodeConf, "maxCommandBytes">) {
    this.#conf = conf;
  }

  /** Without the password Redis' two smaller limits hold as well, and a smaller one for the whole command. */
  of(authenticated: boolean): ReaderLimits {
    const { maxCommandBytes } = this.#conf;
    if (this.#open?.maxCommandBytes !== maxCommandBytes) {
      this.#open = {
        maxArgs: MAX_ARGS,
        maxBulkBytes: maxCommandBytes,
        maxCommandBytes,
        maxInlineBytes: MAX_INLINE_BYTES,
      };
      const lockedBytes = Math.min(maxCommandBytes, MAX_LOCKED_COMMAND_BYTES);
      this.#locked = { ...this.#open, maxCommandBytes: lockedBytes, unauthenticated: true };
    }
    return authenticated ? this.#open : this.#locked;
  }
}
