/**
 * The cache as a procedure sees it: the same commands read and change entries, of this node alone and at once.
 *
 * Invariant: nothing that a command does through the view asks another member or waits. Every change is recorded.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import { ClusterChanges } from "../changes/cluster-changes.ts";
import type { Procedures } from "../changes/procedures.ts";
import type { RecordedChanges } from "../changes/recorded-changes.ts";
import { type Groups, heldOf } from "../groups/groups.ts";
import type { Membership } from "../members/membership.ts";
import { Owners } from "../members/owners.ts";
import { Holdings } from "../reads/holdings.ts";
import type { Tracking } from "../tracking/tracking.ts";

/** The parts of a cache that its view shares. */
interface Viewed {
  readonly groups: Groups;
  readonly membership: Membership;
  readonly tracking: Tracking;
}

const ABSENT: Outcome = { kind: "absent", ttlMs: undefined };

/** What the view does not change, it takes from the cache. */
export function localView<C extends Viewed>(
  cache: C,
  recorded: RecordedChanges,
  procedures: Pick<Procedures, "loadedOf">,
): C {
  const { groups, membership, tracking } = cache;
  const owners = new Owners({ membership, peers: undefined });
  const alone = { groups, owners, peers: undefined, tracking };
  const holdings = new Holdings({ ...alone, membership });
  const changes = new ClusterChanges({ ...alone, local: recorded });
  const get = (key: Buffer): Outcome => {
    const group = groups.of(key, 0, key.length);
    return (group && heldOf(group, key)) ?? procedures.loadedOf(key) ?? ABSENT;
  };
  const own = { owners, holdings, changes, get };
  return Object.create(cache, Object.getOwnPropertyDescriptors(own));
}
