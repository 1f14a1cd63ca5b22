/**
 * Compares this node's view of the ring with the views of other members.
 *
 * Owns the view, as a list to send and as a fingerprint to compare. Keeps: only a newer, well-formed view is put to the
 * node, which may refuse it. Two members that compare views both ways have the same one afterwards, unless one refuses.
 * Does not know links.
 */

import { isMemberId } from "./address.ts";
import { fingerprintOf, isNewer, isSame, MAX_MEMBERS, type RingView } from "./ring-view.ts";

interface RingAgreementOptions {
  /** The epoch of the members last given to `setMembers`. */
  readonly epoch: () => number;
  /** Asks the node about a newer view. A node that takes it calls `setMembers` before it returns true. */
  readonly take: (epoch: number, members: readonly string[]) => boolean;
}

export class RingAgreement {
  readonly #options: RingAgreementOptions;
  #view: RingView = { epoch: 0, members: [] };
  #fingerprint = fingerprintOf(this.#view);

  constructor(options: RingAgreementOptions) {
    this.#options = options;
  }

  setMembers(members: Iterable<string>): void {
    this.#set([...members].sort());
  }

  get view(): RingView {
    this.#catchEpoch();
    return this.#view;
  }

  /** The view's fingerprint. */
  get fingerprint(): number {
    this.#catchEpoch();
    return this.#fingerprint;
  }

  /** Takes another member's view if it is newer; true when this node has that view now. */
  consider({ epoch, members }: RingView): boolean {
    if (members.length === 0 || members.length > MAX_MEMBERS) return false;
    if (!members.every(isMemberId)) return false;
    const theirs = { epoch, members: [...new Set(members)].sort() };
    if (isSame(theirs, this.view)) return true;
    return isNewer(theirs, this.view) && this.#options.take(epoch, theirs.members);
  }

  /** A node may raise its epoch and keep its list of members. */
  #catchEpoch(): void {
    if (this.#options.epoch() !== this.#view.epoch) this.#set(this.#view.members);
  }

  #set(members: readonly string[]): void {
    this.#view = { epoch: this.#options.epoch(), members };
    this.#fingerprint = fingerprintOf(this.#view);
  }
}
