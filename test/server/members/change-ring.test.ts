/**
 * Goal: a change of the ring reaches every member that must hear of it, in the right order, and names those that did not
 * take it.
 * Method: node `a` of the ring a, b, c; its peers note what they are told and answer when the test says so.
 */
import test from "ava";
import { turn } from "../fakes.ts";
import { createNode } from "../node-with-fake-peers.ts";

test("members that leave hear of a new ring first, then this node takes it, then the others hear of it", async (t) => {
  const { change, peers, membership } = createNode();
  peers.hold = [];
  const changed = change(["a", "b"]);
  await turn();
  t.deepEqual(peers.told, ["c ring 1 a,b"]);
  t.is(membership.epoch, 0);
  peers.hold[0]!.resolve();
  await turn();
  t.deepEqual(membership.members, ["a", "b"]);
  t.deepEqual(peers.told.slice(1), ["b ring 1 a,b"]);
  peers.hold[1]!.resolve();
  t.deepEqual(await changed, []);
});

test("a member that is added is told once its link is up", async (t) => {
  const { change, peers, onSleep } = createNode();
  peers.down.add("d");
  onSleep((times) => times === 3 && peers.down.delete("d"));
  t.deepEqual(await change(["a", "b", "c", "d"]), []);
  t.true(peers.told.includes("d ring 1 a,b,c,d"));
});

test("a change names the members that refused it and those that could not be reached", async (t) => {
  const { change, peers, sleeps } = createNode();
  peers.refusing.add("b");
  peers.down.add("c");
  t.deepEqual(await change(["a", "b", "c"]), ["b", "c"]);
  t.is(sleeps(), 200);
});

test("a member that leaves and cannot be reached is named too", async (t) => {
  const { change, peers, membership } = createNode();
  peers.down.add("c");
  t.deepEqual(await change(["a", "b"]), ["c"]);
  t.deepEqual(membership.members, ["a", "b"]);
});

test("a node that takes itself out tells all others before it goes on alone", async (t) => {
  const { change, peers, membership } = createNode();
  t.deepEqual(await change(["b", "c"]), []);
  t.deepEqual(peers.told, ["b ring 1 b,c", "c ring 1 b,c"]);
  t.deepEqual(membership.members, ["a"]);
});

test("a node that took a newer ring meanwhile names itself among those that did not take the change", async (t) => {
  const { change, peers, membership } = createNode();
  peers.hold = [];
  const changed = change(["a", "b"]);
  await turn();
  membership.take(5, ["a", "b", "c"]);
  peers.refusing.add("b").add("c");
  const held = peers.hold;
  peers.hold = undefined;
  held[0]!.resolve();
  t.deepEqual(await changed, ["a", "b", "c"]);
  t.deepEqual(membership.members, ["a", "b", "c"]);
});
