/**
 * Which member answers for a key now: its owner, or the stand-in of an owner that cannot be reached.
 *
 * Invariant: reads and changes ask here, so that they never disagree on one node. The stand-in is the next member
 * clockwise that can be reached. Knows no values.
 */
import type { Membership } from "./membership.ts";

export interface OwnersOptions {
  readonly membership: Membership;
  /** Undefined on a node that is alone. */
  readonly peers: { isUp(id: string): boolean } | undefined;
}

const NOBODY: ReadonlySet<string> = new Set();

export class Owners {
  readonly #options: OwnersOptions;

  constructor(options: OwnersOptions) {
    this.#options = options;
  }

  /** The id of this node. */
  get self(): string {
    return this.#options.membership.self;
  }

  /** The id of the member that answers for `key`, perhaps this node's; never one of those that have just `failed`. */
  of(key: Uint8Array, failed: ReadonlySet<string> = NOBODY): string {
    const { membership, peers } = this.#options;
    const { self, ring } = membership;
    if (peers === undefined) return self;
    const owner = ring.ownerOf(key);
    if (owner === self || (peers.isUp(owner) && !failed.has(owner))) return owner;
    return ring.ownerAmong(key, (id) => id === self || (peers.isUp(id) && !failed.has(id))) ?? self;
  }
}
