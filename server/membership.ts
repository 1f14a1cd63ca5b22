/**
 * Who is in the cluster and which member a key belongs to: the current ring and its epoch.
 *
 * Invariant: this node is always a member of its own ring; a change takes effect whole or not at all, and only when
 * its epoch is newer (of two changes with one epoch, all members choose the same). Does not know whether a member can
 * be reached: that is `cluster/peers`.
 */
import { type Hash32, Ring, type RingOptions } from "../cluster/ring.ts";

export interface MembershipOptions {
  readonly self: string;
  readonly ring: RingOptions;
  readonly hash: Hash32;
  /** Told after every change with the members of the new ring. */
  readonly onChange: (members: readonly string[]) => void;
}

export class Membership {
  readonly self: string;
  readonly #options: MembershipOptions;
  #ring: Ring;
  #epoch = 0;

  constructor(members: readonly string[], options: MembershipOptions) {
    this.self = options.self;
    this.#options = options;
    this.#ring = new Ring(members, options.ring, options.hash);
  }

  get ring(): Ring {
    return this.#ring;
  }

  get members(): readonly string[] {
    return this.#ring.members;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** The members other than this node. */
  get others(): string[] {
    return this.members.filter((id) => id !== this.self);
  }

  /**
   * Takes a ring that another member or an operator decided on. Returns whether this node's ring is now that one.
   * A node that finds itself left out goes on alone.
   */
  take(epoch: number, members: readonly string[]): boolean {
    const wanted = members.includes(this.self) ? [...new Set(members)].sort() : [this.self];
    const same = wanted.join(" ") === this.members.join(" ");
    if (epoch < this.#epoch) return false;
    if (epoch === this.#epoch) {
      if (same) return true;
      if (wanted.join(" ") < this.members.join(" ")) return false;
    }
    this.#epoch = epoch;
    if (!same) {
      this.#ring = new Ring(wanted, this.#options.ring, this.#options.hash);
      this.#options.onChange(this.members);
    }
    return true;
  }
}
