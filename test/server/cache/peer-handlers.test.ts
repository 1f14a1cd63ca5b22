/**
 * Goal: a request of another member is done here, by the part of the cache that it concerns.
 * Method: handlers over the real parts of a node without peers.
 */
import test from "ava";
import type { Publication } from "../../../cluster/publications.ts";
import { refusedRun } from "../../../cluster/run-message.ts";
import { peerHandlers } from "../../../server/cache/peer-handlers.ts";
import { ClusterChanges } from "../../../server/changes/cluster-changes.ts";
import { LocalChanges } from "../../../server/changes/local-changes.ts";
import { type Group, Groups } from "../../../server/groups/groups.ts";
import { Owners } from "../../../server/members/owners.ts";
import { Holdings } from "../../../server/reads/holdings.ts";
import { Watches } from "../../../server/tracking/watches.ts";
import {
  createGroup,
  createMembership,
  createTracking,
  FakeTracker,
  found,
  key,
  startFlight,
} from "../fakes.ts";

function setUp() {
  const group = createGroup();
  const groups = new Groups([group]);
  const membership = createMembership("a", ["a", "b"]);
  const tracking = createTracking(groups);
  const local = new LocalChanges({
    groups,
    tracking,
    watches: new Watches({ isHeld: () => false, isAlone: false }),
  });
  const owners = new Owners({ membership, peers: undefined });
  const holdings = new Holdings({ groups, membership, owners, peers: undefined, tracking });
  const asked: Buffer[] = [];
  const getForPeer = async (_group: Group, name: Uint8Array) => {
    asked.push(Buffer.from(name));
    return found("1");
  };
  const runForPeer = () => refusedRun("nothing runs here");
  const changes = new ClusterChanges({ groups, owners, peers: undefined, local, tracking });
  const parts = { groups, membership, tracking, changes, holdings };
  const published: string[] = [];
  const heard = ({ channel, message }: Publication) => void published.push(`${channel} ${message}`);
  const handlers = peerHandlers({ ...parts, reads: { getForPeer }, procedures: { runForPeer }, heard });
  return { handlers, group, membership, tracking, asked, published };
}

test("what a member's client publishes is heard", (t) => {
  const { handlers, published } = setUp();
  handlers.heard({ isShard: false, channel: key("news"), message: key("hi") });
  t.deepEqual(published, ["news hi"]);
});

test("a GET gets a copy of its key; one of no group is an error and asks nobody", async (t) => {
  const { handlers, asked } = setUp();
  const view = key("scores:Tom");
  t.deepEqual(await handlers.get(view, 10), found("1"));
  view.fill("x");
  t.is(String(asked[0]), "scores:Tom");
  t.deepEqual(await handlers.get(key("nobody's"), 10), {
    kind: "error",
    text: "the member that was asked has no group for the key",
  });
  t.is(asked.length, 1);
});

test("a change that is heard deletes entries, copies, loads and forwards; a slow one takes its time", async (t) => {
  const { handlers, group } = setUp();
  const name = key("scores:Tom");
  const flushing = (database: number | undefined, isSlow: boolean) =>
    handlers.change({ keys: [], flush: { database, isSlow } }, VERSION);
  for (const [change, isLater] of [
    [() => handlers.change({ keys: [name] }, VERSION), false],
    [() => flushing(undefined, false), false],
    [() => flushing(0, false), false],
    [() => flushing(undefined, true), false],
    [() => flushing(0, true), true],
  ] as const) {
    group.store.put(name, key("1"), undefined);
    group.mirrors!.put(name, key("1"), undefined);
    const load = startFlight(group.loads, name).flight;
    const forward = startFlight(group.forwards, name).flight;
    const done = change();
    t.is(done instanceof Promise, isLater);
    await done;
    t.deepEqual([load.voided, forward.voided, handlers.count(0)], [true, true, 0]);
    t.is(group.mirrors!.look(name).kind, "missing");
  }
});

const VERSION = { counter: 1, author: "b" };
const EVERY = { database: 0, pattern: undefined };

test("an edit, a look, a scan and a view of the ring reach the right part", async (t) => {
  const { handlers, membership } = setUp();
  const name = key("scores:Tom");
  const edit = { conditions: [], value: key("630"), life: 500, wanted: undefined, isUse: false } as const;
  t.like(handlers.edit(name, edit), { held: false, changed: true });
  t.like(handlers.look(name), { kind: "value", bytes: 3, ttlMs: 500 });
  t.deepEqual(handlers.scan(0, 10, EVERY), { cursor: 0, keys: [name], seen: 1 });
  const refused = await handlers.edit(key("nobody's"), edit);
  t.is(refused.error, "the member that was asked has no group for the key");
  t.true(handlers.ring(3, ["a", "b", "c"]));
  t.is(membership.members.length, 3);
});

test("a member that tracks keys is told of them until its link is gone", (t) => {
  const { handlers, tracking } = setUp();
  const member = new FakeTracker();
  handlers.track([key("scores:Tom")], [key("scores:Jack")], member);
  t.is(tracking.figures.keys, 2);
  handlers.change({ keys: [key("scores:Tom")] }, VERSION);
  t.deepEqual(member.told, ["scores:Tom"]);
  handlers.untrack(member);
  t.is(tracking.figures.keys, 0);
});
