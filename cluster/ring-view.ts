/**
 * What a member believes the ring to be (a view), and which of two views holds.
 *
 * Owns the order between views. Keeps: of any two different views one is newer, and every member picks the same one. So
 * all members end up with one view, in whatever order they pass views on. Does not know which member has which view.
 */

import { createHash } from "node:crypto";

/**
 * More members than anybody has. A list of them fits into a request, a ring of them with 512 virtual nodes each is
 * built in half a second, and a node has descriptors for their links.
 */
export const MAX_MEMBERS = 1024;

export interface RingView {
  /** Counts changes, in 32 bits; the members that the conf names have epoch 0. */
  readonly epoch: number;
  /** Sorted. */
  readonly members: readonly string[];
}

/** True when `a` has the higher epoch; with equal epochs, when its list is greater, an arbitrary rule. */
export function isNewer(a: RingView, b: RingView): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  return a.members.join() > b.members.join();
}

export function isSame(a: RingView, b: RingView): boolean {
  return a.epoch === b.epoch && a.members.join() === b.members.join();
}

/** 32 bits that tell two views apart, small enough for every pong. */
export function fingerprintOf(view: RingView): number {
  return createHash("sha256").update(`${view.epoch} ${view.members.join()}`).digest().readUInt32LE(0);
}
