/**
 * How this node answers other members: from what is here, never by asking a third member.
 *
 * Owns the way from a peer's request to the part of the cache that does it. Does not know links or frames.
 */
import { refusedEdit } from "../../cluster/edit-message.ts";
import type { PeerHandlers } from "../../cluster/peers.ts";
import type { Publication } from "../../cluster/publications.ts";
import type { ClusterChanges } from "../changes/cluster-changes.ts";
import type { Procedures } from "../changes/procedures.ts";
import type { Groups } from "../groups/groups.ts";
import type { Membership } from "../members/membership.ts";
import { scanHere } from "../reads/cluster-scan.ts";
import type { Holdings } from "../reads/holdings.ts";
import type { ReadThrough } from "../reads/read-through.ts";
import type { Tracking } from "../tracking/tracking.ts";

/** The parts of a cache that peers need; read at each use. */
export interface AnsweringCache {
  readonly groups: Groups;
  readonly membership: Membership;
  readonly tracking: Tracking;
  readonly reads: Pick<ReadThrough, "getForPeer">;
  readonly holdings: Pick<Holdings, "lookHere" | "countHere">;
  readonly changes: Pick<ClusterChanges, "editForPeer" | "heard">;
  readonly procedures: Pick<Procedures, "runForPeer">;
  heard(publication: Publication): void;
}

const NO_GROUP = "the member that was asked has no group for the key";

export function peerHandlers(cache: AnsweringCache): PeerHandlers {
  return {
    get: (key, _timeoutMs, loan) => {
      const group = cache.groups.of(key, 0, key.length);
      // "Not found" would be wrong: the member that asks has a group for the key.
      if (group === undefined) return { kind: "error", text: NO_GROUP };
      return cache.reads.getForPeer(group, key, loan);
    },
    look: (key) => cache.holdings.lookHere(key),
    track: (read, lookedAt, member) => cache.tracking.readsFor(read, lookedAt, member),
    untrack: (member) => cache.tracking.memberGone(member),
    edit: (key, edit) => {
      if (cache.groups.of(key, 0, key.length) === undefined) return refusedEdit(NO_GROUP);
      return cache.changes.editForPeer(key, edit);
    },
    run: (words, version) => cache.procedures.runForPeer(words, version),
    change: (change, version) => cache.changes.heard(change, version),
    heard: (publication) => cache.heard(publication),
    count: (database) => cache.holdings.countHere(database),
    scan: (cursor, count, wanted) => scanHere(cache.groups.all, cursor, count, wanted),
    ring: (epoch, members) => cache.membership.take(epoch, members),
  };
}
