/**
 * Puts a new ring into force on every member.
 *
 * Invariant: a member whose link to this node ends with the new ring hears of the ring before the link ends. The result
 * names every member that did not take the ring. Membership decides which of two rings is the newer one.
 */
import { untilUp } from "./links-up.ts";
import type { Membership } from "./membership.ts";
import { orWhenUnreachable } from "./reach.ts";

/** The part of the peer links that this needs. */
export interface RingPeers {
  isUp(id: string): boolean;
  ring(id: string, epoch: number, members: readonly string[]): Promise<boolean>;
}

export interface ChangeRingOptions {
  readonly membership: Membership;
  /** Undefined on a node that is alone. */
  readonly peers: RingPeers | undefined;
  readonly sleep: (ms: number) => Promise<void>;
}

/** How long an operator waits for the link to a new member, and how often this node looks whether it is up. */
const JOIN_MS = 2000;
const LOOK_AGAIN_MS = 10;

/** Returns the members, old or new, that did not take the ring, sorted. */
export async function changeRing(members: readonly string[], options: ChangeRingOptions): Promise<string[]> {
  const { membership } = options;
  const epoch = membership.epoch + 1;
  // Members that leave lose their link to this node; when this node leaves, all others do.
  const keepsLink = (id: string) => members.includes(id) && members.includes(membership.self);
  const unlinked = membership.others.filter((id) => !keepsLink(id));
  const missed = await tell(unlinked, epoch, members, options);
  // A newer ring may have come from another member in between.
  if (!membership.take(epoch, members)) missed.push(membership.self);
  missed.push(...(await tell(membership.others, epoch, members, options)));
  return [...new Set(missed)].sort();
}

/** Returns the members that did not take the ring. */
async function tell(
  ids: readonly string[],
  epoch: number,
  members: readonly string[],
  { peers, sleep }: ChangeRingOptions,
): Promise<string[]> {
  const tellOne = async (id: string): Promise<boolean> => {
    if (peers === undefined) return false;
    // A member that has just been added is still being dialed.
    await untilUp(() => !peers.isUp(id), { maxMs: JOIN_MS, stepMs: LOOK_AGAIN_MS, sleep });
    return peers.isUp(id) && peers.ring(id, epoch, members);
  };
  const taken = await Promise.all(ids.map((id) => orWhenUnreachable(tellOne(id), () => false)));
  return ids.filter((_, i) => !taken[i]);
}
