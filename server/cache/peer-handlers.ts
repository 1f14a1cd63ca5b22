/**
 * How this node answers other members: from what is here, never by asking a third.
 *
 * Owns the way from a peer's request to the part of the node that does it. Does not know links or frames.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import type { PeerHandlers } from "../../cluster/peers.ts";
import type { Coherence } from "../changes/coherence.ts";
import type { Group, Groups } from "../groups/groups.ts";
import type { Membership } from "../members/membership.ts";
import { scanHere } from "../reads/cluster-scan.ts";
import type { Tracking } from "../tracking/tracking.ts";

/** The parts of a node that peers need; read at each use. */
export interface AnsweringNode {
  readonly groups: Groups;
  readonly membership: Membership;
  readonly coherence: Coherence;
  readonly tracking: Tracking;
}

/** `requested` answers a GET of another member, and copies the key if it keeps it. */
export function peerHandlers(
  node: AnsweringNode,
  requested: (group: Group, key: Uint8Array) => Outcome | Promise<Outcome>,
): PeerHandlers {
  return {
    get: (key) => {
      const group = node.groups.of(key, 0, key.length);
      if (group === undefined) return { kind: "absent", ttlMs: undefined };
      return requested(group, key);
    },
    look: (key) => node.coherence.lookHere(key),
    track: (read, lookedAt, member) => node.tracking.readsFor(read, lookedAt, member),
    untrack: (member) => node.tracking.memberGone(member),
    edit: (key, edit) => node.coherence.editHere(key, edit),
    remove: (keys, copiesOnly) => {
      if (!copiesOnly) return node.coherence.removeHere(keys);
      node.coherence.dropCopiesHere(keys);
      return 0;
    },
    flush: (copiesOnly) => {
      if (copiesOnly) node.coherence.dropAllCopiesHere();
      else node.coherence.flushHere();
    },
    count: () => node.coherence.countHere(),
    scan: (cursor, count, pattern) => scanHere(node.groups.all, cursor, count, pattern),
    ring: (epoch, members) => node.membership.take(epoch, members),
  };
}
