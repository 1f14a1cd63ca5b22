/**
 * Node `a` of the ring a, b, c: its real ClusterChanges, LocalChanges, Holdings and ring, over fake peers. A fake peer notes
 * what it is told, and answers at once or when the test says so.
 */
import type { Deletion } from "../../cluster/change.ts";
import type { Edit, Edited } from "../../cluster/edit.ts";
import { refusedEdit } from "../../cluster/edit-message.ts";
import type { Glimpse } from "../../cluster/outcome.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import { ClusterChanges } from "../../server/changes/cluster-changes.ts";
import { LocalChanges } from "../../server/changes/local-changes.ts";
import { Groups } from "../../server/groups/groups.ts";
import { changeRing } from "../../server/members/change-ring.ts";
import { Owners } from "../../server/members/owners.ts";
import { Holdings } from "../../server/reads/holdings.ts";
import { Watches } from "../../server/tracking/watches.ts";
import { createGroup, createMembership, createTracking, Held } from "./fakes.ts";

/** The answer of every fake peer to a look at any key. */
export const GLIMPSE: Glimpse = { kind: "value", bytes: 3, ttlMs: 7, footprintBytes: 99 };

/** Peers that answer at once, or not before the test says so. */
export class FakePeers {
  readonly down = new Set<string>();
  readonly told: string[] = [];
  /** How many entries each member says that it removed or holds. */
  readonly counts: Record<string, number> = { b: 0, c: 0 };
  readonly refusing = new Set<string>();
  /** The answer of every member to an edit. */
  edited: Edited = { ...refusedEdit(""), held: true, changed: true, error: undefined };
  hold: Held<string, void>[] | undefined;

  track(id: string, bytes: Uint8Array): void {
    this.told.push(`${id} track ${Buffer.from(bytes)}`);
  }

  isUp(id: string): boolean {
    return !this.down.has(id);
  }

  async #answer<T>(id: string, what: string, answer: () => T): Promise<T> {
    this.told.push(`${id} ${what}`);
    if (this.hold !== undefined) {
      const held = new Held<string, void>(id);
      this.hold.push(held);
      await held.promise;
    }
    if (this.down.has(id)) throw new PeerUnreachable(id, "down");
    return answer();
  }

  look(id: string, bytes: Uint8Array): Promise<Glimpse> {
    return this.#answer(id, `look ${Buffer.from(bytes)}`, () => GLIMPSE);
  }

  /** All members are told at once; the one that is down counts nothing. */
  async announce({ keys, flush, keepsEntries }: Deletion): Promise<number> {
    const names = keys.map((each) => Buffer.from(each).toString()).join(" ");
    const what = flush
      ? flush.isSlow
        ? "flush slowly"
        : "flush"
      : `${keepsEntries ? "bar" : "remove"} ${names}`;
    const told = ["b", "c"].map((id) => this.#answer(id, what, () => this.counts[id]!).catch(() => 0));
    return (await Promise.all(told)).reduce((sum, count) => sum + count, 0);
  }

  edit(id: string, bytes: Uint8Array, { value }: Edit): Promise<Edited> {
    const what = value === undefined ? "edit" : `edit to ${value && Buffer.from(value)}`;
    return this.#answer(id, `${what} ${Buffer.from(bytes)}`, () => this.edited);
  }

  count(id: string): Promise<number> {
    return this.#answer(id, "count", () => this.counts[id]!);
  }

  ring(id: string, epoch: number, members: readonly string[]): Promise<boolean> {
    return this.#answer(id, `ring ${epoch} ${members.join(",")}`, () => !this.refusing.has(id));
  }
}

/** `prefix`: that of the first group. */
export function createNode(prefix: Buffer = Buffer.from("scores:")) {
  const peers = new FakePeers();
  const membership = createMembership("a", ["a", "b", "c"]);
  const group = createGroup({ conf: { prefix } });
  const other = createGroup({ conf: { name: "other", prefix: Buffer.from("other:") } });
  const groups = new Groups([group, other]);
  const tracking = createTracking(groups);
  const watches = new Watches({ isHeld: () => false, isAlone: false });
  let sleeps = 0;
  let slept: (times: number) => void = () => {};
  const sleep = async () => slept(++sleeps);
  const onSleep = (listener: (times: number) => void) => {
    slept = listener;
  };
  const local = new LocalChanges({ groups, tracking, watches });
  /** The parts of a node that has these peers, or is alone. */
  const parts = (own: FakePeers | undefined) => {
    const owners = new Owners({ membership, peers: own });
    const holdings = new Holdings({ groups, membership, owners, peers: own, tracking });
    const changes = new ClusterChanges({ groups, owners, peers: own, local, tracking });
    return { owners, holdings, changes };
  };
  const change = (members: readonly string[]) => changeRing(members, { membership, peers, sleep });
  const seen = { peers, membership, group, other, tracking, watches, sleeps: () => sleeps, onSleep };
  return { ...parts(peers), lone: parts(undefined), local, change, ...seen };
}
