/**
 * Goal: looking and counting ask the owners, never a copy, and note a client that tracks before it looks.
 * Method: node `a` of the ring a, b, c with real stores; its peers note what they are told.
 */
import test from "ava";
import { PeerUnreachable } from "../../../cluster/peer-unreachable.ts";
import { LOOK } from "../../../server/commands/key-access.ts";
import { FakeTracker, key, keyOwnedBy, turn } from "../fakes.ts";
import { createNode, GLIMPSE } from "../node-with-fake-peers.ts";

test("the count adds up all members that can be reached, without copies", async (t) => {
  const { holdings, peers, group, other } = createNode();
  group.store.put(key("scores:Tom"), key("1"), undefined);
  other.store.put(key("other:Tom"), key("1"), undefined);
  group.mirrors!.put(key("scores:Jack"), key("1"), undefined);
  peers.counts.b = 10;
  peers.counts.c = 100;
  t.is(await holdings.count(0), 112);
  peers.down.add("c");
  t.is(await holdings.count(0), 12);
});

test("the owner is asked what it knows of a key", async (t) => {
  const { holdings, peers, group, membership } = createNode();
  const theirs = keyOwnedBy("b", membership);
  t.deepEqual(await holdings.look(theirs), GLIMPSE);
  const own = keyOwnedBy("a", membership);
  group.store.put(own, key("630"), 500);
  t.like(await holdings.look(own), { kind: "value", bytes: 3, ttlMs: 500 });
  t.deepEqual(peers.told, [`b look ${theirs}`]);
});

test("this node's own store answers when all others are down, and when the owner turns out to be gone", async (t) => {
  const { holdings, peers, group, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  peers.down.add("b");
  peers.down.add("c");
  group.store.put(name, key("1"), undefined);
  t.is((await holdings.look(name)).kind, "value");
  t.deepEqual(peers.told, []);
  peers.down.clear();
  peers.look = () => Promise.reject(new PeerUnreachable("b", "link broken"));
  t.is((await holdings.look(name)).kind, "value");
});

test("the stand-in is asked when the owner turns out to be gone, by a look as by an edit that only looks", async (t) => {
  const { changes, holdings, peers, membership } = createNode();
  const ownedBy = (id: string, standIn: string) =>
    Array.from({ length: 99 }, (_, i) => key(`scores:${i}`)).find(
      (name) =>
        membership.ring.ownerOf(name) === id &&
        membership.ring.ownerAmong(name, (other) => other !== id) === standIn,
    )!;
  const name = ownedBy("b", "c");
  for (const [what, ask] of [
    ["look", () => holdings.look(name)],
    ["edit", () => changes.edit(name, LOOK)],
  ] as const) {
    peers.told.length = 0;
    peers.hold = [];
    const asked = ask();
    peers.down.add("b");
    peers.hold[0]!.resolve();
    peers.hold = undefined;
    await asked;
    t.deepEqual(peers.told, [`b ${what} ${name}`, `c ${what} ${name}`]);
    peers.down.clear();
  }
});

test("nothing is known of a key that has no group", (t) => {
  t.is(createNode().holdings.lookHere(key("nobody's")).kind, "missing");
});

test("a client that looks at another member's key is noted here and there before the look", async (t) => {
  const { changes, holdings, local, peers, membership, tracking } = createNode();
  const name = keyOwnedBy("b", membership);
  const reader = new FakeTracker();
  tracking.readsFor([], [], reader);
  await holdings.look(name, { reader });
  t.deepEqual(peers.told, [`b track ${name}`, `b look ${name}`]);
  peers.told.length = 0;
  await changes.edit(name, LOOK, { reader });
  t.deepEqual(peers.told[0], `b track ${name}`);
  local.invalidated([name]);
  await turn();
  t.deepEqual(reader.told, [String(name)]);
});

test("a key of no group is not noted: it does not change", async (t) => {
  const { holdings, tracking } = createNode();
  const reader = new FakeTracker();
  tracking.readsFor([], [], reader);
  await holdings.look(key("nobody's"), { reader });
  t.is(tracking.figures.keys, 0);
});
