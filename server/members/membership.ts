/**
 * The ring that this node believes in: its members, its epoch, and the owner of each key.
 *
 * Invariant: this node is always a member of its own ring. A change takes effect whole or not at all, and only when it is
 * newer. When two changes have the same epoch, all members choose the same one (cluster/ring-view.ts). Does not know
 * whether a member can be reached.
 */
import { type Hash32, Ring, type RingOptions } from "../../cluster/ring.ts";
import { isNewer, isSame, type RingView } from "../../cluster/ring-view.ts";

export interface MembershipOptions {
  readonly self: string;
  readonly ring: RingOptions;
  readonly hash: Hash32;
  /** Called after every change with the members of the view; this node may not be among them. */
  readonly onChange: (members: readonly string[]) => void;
  /** Called when this node was left out and is in again: it has missed the deletes in between. */
  readonly onReturn: () => void;
}

export class Membership {
  readonly self: string;
  readonly #options: MembershipOptions;
  #ring: Ring;
  #view: RingView;

  constructor(members: readonly string[], options: MembershipOptions) {
    this.self = options.self;
    this.#options = options;
    this.#ring = new Ring(members, options.ring, options.hash);
    this.#view = { epoch: 0, members: this.#ring.members };
  }

  get ring(): Ring {
    return this.#ring;
  }

  get members(): readonly string[] {
    return this.#ring.members;
  }

  get epoch(): number {
    return this.#view.epoch;
  }

  /**
   * The view that was taken last, to pass on and to compare others with. On a node that was left out, this is the ring of
   * the others. A ring of this node alone must not be passed on: the others could take it for the newest.
   */
  get view(): RingView {
    return this.#view;
  }

  /** The members other than this node. */
  get others(): string[] {
    return this.members.filter((id) => id !== this.self);
  }

  /**
   * Takes a ring that another member or an operator decided on, if it is newer. Returns whether this view is in force here
   * now. A node that is left out goes on alone.
   */
  take(epoch: number, members: readonly string[]): boolean {
    const told: RingView = { epoch, members: [...new Set(members)].sort() };
    if (isSame(told, this.#view)) return true;
    if (!isNewer(told, this.#view)) return false;
    const before = this.#view.members;
    this.#view = told;
    if (told.members.join() === before.join()) return true;
    const isIn = told.members.includes(this.self);
    this.#ring = new Ring(isIn ? told.members : [this.self], this.#options.ring, this.#options.hash);
    if (isIn && !before.includes(this.self)) this.#options.onReturn();
    this.#options.onChange(told.members);
    return true;
  }
}
