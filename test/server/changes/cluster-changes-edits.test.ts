/**
 * Goal: only the owner makes an edit, and tells every other member before it answers; the answer is the owner's; a stand-in
 * takes the place of an owner that cannot be reached. Method: node `a` of the ring a, b, c with a real store;
 * its peers note what they are told. That no read is stale after all this is shown in test/sim.
 */
import test from "ava";
import type { Edit, Edited } from "../../../cluster/edit.ts";
import { refusedEdit } from "../../../cluster/edit-message.ts";
import { PeerUnreachable } from "../../../cluster/peer-unreachable.ts";
import { type ChangePeers, ClusterChanges } from "../../../server/changes/cluster-changes.ts";
import { LocalChanges } from "../../../server/changes/local-changes.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { Owners } from "../../../server/members/owners.ts";
import type { LookPeers } from "../../../server/reads/holdings.ts";
import { Watches } from "../../../server/tracking/watches.ts";
import {
  createGroup,
  createMembership,
  createTracking,
  key,
  keyOwnedBy,
  startFlight,
  turn,
} from "../fakes.ts";

const LOOK: Edit = { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: true };
const SET: Edit = { ...LOOK, value: key("v"), life: "endless" };
const DONE: Edited = { ...refusedEdit(""), error: undefined, held: true, changed: true };

type FakePeersOf = ChangePeers & LookPeers & { isUp(id: string): boolean };

function setUp() {
  const told: string[] = [];
  const down = new Set<string>();
  /** Members that count as up but cannot be reached when they are asked. */
  const failing = new Set<string>();
  /** Members whose answer is lost. */
  const silent = new Set<string>();
  const state = { edited: DONE, loadMs: -1, compared: [] as string[] };
  const tell = async <T>(id: string, what: string, answer: T): Promise<T> => {
    told.push(`${id} ${what}`);
    await turn();
    if (silent.has(id)) throw new PeerUnreachable(id, "cut", true);
    if (down.has(id) || failing.has(id)) throw new PeerUnreachable(id, "down");
    return answer;
  };
  const peers: FakePeersOf = {
    isUp: (id) => !down.has(id),
    look: () => Promise.reject(new Error("nobody looks")),
    track: () => {},
    announce: async ({ isBar, keepsEntries }) => {
      told.push(`all ${keepsEntries ? "bar" : isBar ? "remove and bar" : "remove"}`);
      await turn();
      return 0;
    },
    edit: (id, _key, { comparison }, loadMs) => {
      if (comparison !== undefined) state.compared.push(String(comparison.to));
      state.loadMs = loadMs;
      return tell(id, "edit", state.edited);
    },
    count: () => Promise.resolve(0),
  };
  const membership = createMembership("a", ["a", "b", "c"]);
  const group = createGroup();
  const groups = new Groups([group]);
  const tracking = createTracking(groups);
  const owners = new Owners({ membership, peers });
  const local = new LocalChanges({
    groups,
    tracking,
    watches: new Watches({ isHeld: () => false, isAlone: false }),
  });
  const changes = new ClusterChanges({ groups, owners, peers, local, tracking });
  return { changes, membership, group, told, down, failing, silent, state };
}

test("an edit of what another member owns goes to the owner only, which tells the others", async (t) => {
  const { changes, membership, told } = setUp();
  for (const edit of [SET, { ...SET, conditions: ["missing"] } as Edit, { ...LOOK, life: 5 }]) {
    told.length = 0;
    t.is(await changes.edit(keyOwnedBy("b", membership), edit), DONE);
    t.deepEqual(told, ["b edit"]);
  }
});

test("an edit of what this node owns is made, then told to all others; one that changes nothing is not", async (t) => {
  const { changes, membership, told } = setUp();
  const own = keyOwnedBy("a", membership);
  t.like(await changes.edit(own, SET), { changed: true });
  t.deepEqual(told, ["all remove"]);
  t.like(await changes.edit(own, { ...SET, conditions: ["missing"] }), { changed: false });
  t.is(told.length, 1);
  t.like(await changes.editForPeer(own, SET), { changed: true });
  t.is(told.length, 2);
  const version = { counter: 1, author: "b" };
  t.like(await changes.editForPeer(keyOwnedBy("b", membership), { ...SET, version }), { changed: true });
  t.is(told.length, 3, "as a stand-in");
});

test("an edit that changes nothing asks the owner and nobody else", async (t) => {
  const { changes, membership, told, group } = setUp();
  const name = keyOwnedBy("b", membership);
  group.mirrors!.put(name, key("1"), undefined);
  t.is(await changes.edit(name, LOOK), DONE);
  t.deepEqual(told, ["b edit"]);
  t.is(group.mirrors!.look(name).kind, "value");
  const own = keyOwnedBy("a", membership);
  group.store.put(own, key("1"), undefined);
  t.like(await changes.edit(own, LOOK), { held: true, changed: false, bytes: 1 });
  t.is(told.length, 1);
});

test("what this node owns is changed before anything is awaited; copies here go at once, too", (t) => {
  const { changes, membership, group } = setUp();
  const own = keyOwnedBy("a", membership);
  const load = startFlight(group.loads, own).flight;
  void changes.edit(own, SET);
  t.is(String(group.store.get(own)?.value), "v");
  t.true(load.voided);
  const theirs = keyOwnedBy("b", membership);
  group.mirrors!.put(theirs, key("old"), undefined);
  group.store.put(theirs, key("old"), undefined);
  void changes.edit(theirs, { ...LOOK, life: 5 });
  t.is(group.mirrors!.look(theirs).kind, "missing");
  t.is(group.store.look(theirs).kind, "missing");
});

test("a stand-in edits for an owner that fails", async (t) => {
  const { changes, membership, told, failing, group } = setUp();
  const name = keyOwnedBy("b", membership);
  const next = membership.ring.ownerAmong(name, (id) => id !== "b")!;
  failing.add("b");
  const view = Buffer.from(name);
  const edited = changes.edit(view, { ...SET, conditions: ["missing"] });
  view.fill("x");
  t.true((await edited).changed);
  if (next === "a") t.is(String(group.store.get(name)?.value), "v");
  t.deepEqual(told, next === "a" ? ["b edit", "all remove"] : ["b edit", "c edit"]);
});

test("before a stand-in is asked, an owner that may have made the edit is told to delete it", async (t) => {
  const { changes, membership, told, silent } = setUp();
  silent.add("b");
  const name = keyOwnedBy("b", membership);
  const next = membership.ring.ownerAmong(name, (id) => id !== "b")!;
  t.true((await changes.edit(name, SET)).changed);
  t.deepEqual(told, ["b edit", "all remove and bar", next === "a" ? "all remove" : "c edit"]);
});

test("an edit that this node makes in the owner's place finds nothing of what it held before it asked", async (t) => {
  const { changes, membership, failing, group } = setUp();
  const name = keyOwnedBy("b", membership);
  for (const member of ["b", "c"]) failing.add(member);
  group.store.put(name, key("of an earlier outage"), undefined);
  const edited = await changes.edit(name, { ...SET, conditions: ["missing"] });
  t.like(edited, { held: false, changed: true });
  t.is(String(group.store.get(name)?.value), "v");
});

test("an edit that must not be made twice is not asked for again when its answer is lost, and copies go", async (t) => {
  const { changes, membership, told, silent, group } = setUp();
  const name = keyOwnedBy("b", membership);
  const operation = { kind: "add", argument: key("1"), at: 0 } as const;
  silent.add("b");
  group.mirrors!.put(name, key("1"), undefined);
  const edited = changes.edit(name, { ...LOOK, operation });
  t.is(group.mirrors!.look(name).kind, "missing");
  t.regex((await edited).error!, /may or may not have been made/);
  t.deepEqual(told, ["b edit", "all bar"]);
  t.is(group.store.look(name).kind, "missing");
  told.length = 0;
  await changes.edit(name, { ...SET, conditions: ["missing"] });
  t.true(told.filter((what) => /edit/.test(what)).length + group.store.figures().entries > 1);
});

test("an owner that was never asked is stood in for, also by an edit that must not be made twice", async (t) => {
  const { changes, membership, failing, group } = setUp();
  failing.add("b").add("c");
  const name = keyOwnedBy("b", membership);
  const operation = { kind: "add", argument: key("5"), at: 0 } as const;
  const edited = changes.edit(name, { ...LOOK, operation });
  operation.argument.fill("7");
  t.like(await edited, { changed: true, result: "5" });
  t.is(String(group.store.get(name)?.value), "5");
});

test("a stand-in compares with the bytes that the client has sent", async (t) => {
  const { changes, membership, failing, state } = setUp();
  failing.add("b");
  const isNextC = (name: Buffer) => membership.ring.ownerAmong(name, (id) => id !== "b") === "c";
  let prefix = "scores:";
  while (!isNextC(keyOwnedBy("b", membership, prefix))) prefix += "x";
  const comparison = { kind: "equal", to: key("5") } as const;
  const swapped = changes.edit(keyOwnedBy("b", membership, prefix), { ...SET, comparison });
  comparison.to.fill("7");
  t.true((await swapped).changed);
  t.deepEqual(state.compared, ["5", "5"]);
});

test("an owner that may load first has the loader's time as well", async (t) => {
  const { changes, membership, state } = setUp();
  const operation = { kind: "add", argument: key("5"), at: 0 } as const;
  await changes.edit(keyOwnedBy("b", membership), { ...LOOK, operation, loadsFirst: true });
  t.is(state.loadMs, 60_000);
  await changes.edit(keyOwnedBy("b", membership), { ...LOOK, operation });
  t.is(state.loadMs, 0);
});

test("when nobody else can be reached this node stands in", async (t) => {
  const { changes, membership, failing, group } = setUp();
  failing.add("b").add("c");
  const name = keyOwnedBy("b", membership);
  t.like(await changes.edit(name, SET), { held: false, changed: true });
  t.is(String(group.store.get(name)?.value), "v");
  t.like(await changes.edit(name, LOOK), { held: true });
});

test("an edit rejects with any failure but that of an unreachable member", async (t) => {
  const { changes, membership, state } = setUp();
  state.edited = Promise.reject(new TypeError("broken")) as unknown as Edited;
  await t.throwsAsync(async () => changes.edit(keyOwnedBy("b", membership), SET), { message: "broken" });
});

test("a key of no group has nothing, and cannot be set", async (t) => {
  const { changes, told } = setUp();
  t.is((await changes.edit(key("nobody's"), SET)).error, "no group takes the key");
  t.like(await changes.edit(key("nobody's"), { ...LOOK, value: null }), { held: false, error: undefined });
  t.deepEqual(told, []);
});
