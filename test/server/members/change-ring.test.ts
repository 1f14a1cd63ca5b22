/**
 * Goal: a change of the ring reaches the members that it must, in the order that it must, and says what became of it.
 * Method: node `a` of the ring a, b, c; its peers note what they are told and answer when the test says so.
 */
import test from "ava";
import { turn } from "../fakes.ts";
import { createNode } from "../members-node.ts";

test("a change of the ring tells who leaves first, then takes it, then tells the others", async (t) => {
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

test("a change says who did not take it, whether it refused or could not be reached", async (t) => {
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

test("a node whose ring was overtaken meanwhile says that it did not take the change itself", async (t) => {
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
