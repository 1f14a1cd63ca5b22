/**
 * Which member answers for a key now: its owner, or the stand-in of an owner that cannot be reached or that lacks the
 * key's group.
 *
 * Invariant: reads and changes ask here, so that they never disagree on one node. The stand-in is the next member
 * clockwise that can be reached and has the group. Knows no values.
 */
import type { GroupHolders } from "./group-holders.ts";
import type { Membership } from "./membership.ts";

export interface OwnersOptions {
  readonly membership: Membership;
  /** Undefined on a node that is alone. */
  readonly peers: { isUp(id: string): boolean } | undefined;
  /** Undefined: every member has every group. */
  readonly holders?: Pick<GroupHolders, "differ" | "of"> | undefined;
}

const NOBODY: ReadonlySet<string> = new Set();
/** For the client, without the leading `ERR `. */
const NO_HOLDER = "no member that has the key's group can be reached";

export class Owners {
  readonly #options: OwnersOptions;

  constructor(options: OwnersOptions) {
    this.#options = options;
  }

  /** The id of this node. */
  get self(): string {
    return this.#options.membership.self;
  }

  /**
   * The id of the member that answers for `key`, perhaps this node's; never one of those that have just `failed`. When no
   * other can be reached it is this node, which must ask `refusal` before it answers.
   */
  of(key: Uint8Array, failed: ReadonlySet<string> = NOBODY): string {
    const { membership, peers, holders } = this.#options;
    const { self, ring } = membership;
    if (peers === undefined) return self;
    // Before anything else is done for it: every forwarded GET comes here.
    if (holders?.differ) return this.#amongHolders(key, failed);
    const owner = ring.ownerOf(key);
    if (owner === self || (peers.isUp(owner) && !failed.has(owner))) return owner;
    return ring.ownerAmong(key, (id) => id === self || (peers.isUp(id) && !failed.has(id))) ?? self;
  }

  #amongHolders(key: Uint8Array, failed: ReadonlySet<string>): string {
    const { membership, peers } = this.#options;
    const { self, ring } = membership;
    const holders = this.#holdersOf(key);
    const has = (id: string) => holders === undefined || holders.has(id);
    const answers = (id: string) => has(id) && (id === self || (peers!.isUp(id) && !failed.has(id)));
    return ring.ownerAmong(key, answers) ?? self;
  }

  /** Why this node must not answer for a key by itself, for the client; undefined: it may. */
  refusal(key: Uint8Array): string | undefined {
    const holders = this.#holdersOf(key);
    return holders === undefined || holders.has(this.self) ? undefined : NO_HOLDER;
  }

  #holdersOf(key: Uint8Array): ReadonlySet<string> | undefined {
    const { holders } = this.#options;
    return holders?.differ ? holders.of(key) : undefined;
  }
}
