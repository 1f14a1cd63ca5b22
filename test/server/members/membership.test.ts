/**
 * Goal: however views of the ring travel, members end up with the same one. Method: single changes, and a property
 * that lets members exchange random views in random order until nothing changes.
 */
import assert from "node:assert/strict";
import test from "ava";
import fc from "fast-check";
import { isNewer } from "../../../cluster/ring-view.ts";
import type { Membership } from "../../../server/members/membership.ts";
import { createMembership } from "../fakes.ts";

test("begins with the members of the conf at epoch 0", (t) => {
  const membership = createMembership("b", ["c", "a", "b", "a"]);
  t.deepEqual(membership.members, ["a", "b", "c"]);
  t.deepEqual(membership.others, ["a", "c"]);
  t.is(membership.epoch, 0);
});

test("a newer epoch is taken, an older one is not", (t) => {
  const membership = createMembership("a", ["a", "b"]);
  t.true(membership.take(2, ["a", "b", "c"]));
  t.deepEqual(membership.members, ["a", "b", "c"]);
  t.false(membership.take(1, ["a"]));
  t.deepEqual(membership.members, ["a", "b", "c"]);
  t.is(membership.epoch, 2);
});

test("the ring that is in force already counts as taken", (t) => {
  const membership = createMembership("a", ["a", "b"]);
  t.true(membership.take(1, ["b", "a"]));
  t.true(membership.take(1, ["a", "b", "b"]));
});

test("a change puts a new ring into force whole", (t) => {
  const membership = createMembership("a", ["a"]);
  const before = membership.ring;
  membership.take(1, ["a", "b"]);
  t.deepEqual(before.members, ["a"]);
  t.deepEqual(membership.ring.members, ["a", "b"]);
});

test("a node that is left out goes on alone", (t) => {
  const membership = createMembership("a", ["a", "b", "c"]);
  t.true(membership.take(1, ["b", "c"]));
  t.deepEqual(membership.members, ["a"]);
  t.deepEqual(membership.others, []);
});

test("a node that was left out comes back with a newer ring", (t) => {
  const membership = createMembership("a", ["a", "b"]);
  membership.take(1, ["b"]);
  t.true(membership.take(2, ["a", "b"]));
  t.deepEqual(membership.members, ["a", "b"]);
});

test("onReturn is called when a node that was left out is in again, and only then", (t) => {
  let returns = 0;
  const membership = createMembership("a", ["a", "b"], { onReturn: () => returns++ });
  membership.take(1, ["a", "b", "c"]);
  membership.take(2, ["b", "c"]);
  membership.take(3, ["c"]);
  t.is(returns, 0);
  membership.take(4, ["a", "c"]);
  t.is(returns, 1);
  membership.take(5, ["a", "b", "c"]);
  t.is(returns, 1);
});

test("onChange is called for every change of members, also for rings without this node, and for nothing else", (t) => {
  const heard: (readonly string[])[] = [];
  const membership = createMembership("a", ["a", "b"], { onChange: (members) => heard.push(members) });
  membership.take(0, ["a", "b"]);
  membership.take(1, ["b", "a"]);
  t.deepEqual(heard, []);
  membership.take(2, ["a", "b", "c"]);
  membership.take(2, ["a", "b", "c"]);
  membership.take(1, ["a"]);
  t.deepEqual(heard, [["a", "b", "c"]]);
  membership.take(3, ["c"]);
  membership.take(4, ["b", "c"]);
  t.deepEqual(heard, [["a", "b", "c"], ["c"], ["b", "c"]]);
});

test("onChange sees the new ring in force", (t) => {
  const onChange = (members: readonly string[]) => {
    t.deepEqual(membership.members, members);
    t.is(membership.epoch, 1);
  };
  const membership: Membership = createMembership("a", ["a"], { onChange });
  t.plan(2);
  membership.take(1, ["a", "b"]);
});

test("of two changes with one epoch every member chooses the same, also one that is left out", (t) => {
  const views = [
    ["a", "b"],
    ["b", "c"],
  ];
  for (const order of [views, views.toReversed()]) {
    for (const self of ["a", "b", "c"]) {
      const membership = createMembership(self, ["a", "b", "c"]);
      for (const members of order) membership.take(1, members);
      t.deepEqual(membership.view, { epoch: 1, members: ["b", "c"] });
      t.deepEqual(membership.members, self === "a" ? ["a"] : ["b", "c"]);
    }
  }
});

test("members that pass on any views in any order end up with the newest everywhere", (t) => {
  const ids = ["a-1:1", "a:1", "b:1", "c:1"];
  const view = fc.record({
    epoch: fc.integer({ min: 1, max: 3 }),
    members: fc.subarray(ids, { minLength: 1 }),
  });
  const property = fc.property(
    fc.array(view, { minLength: 1, maxLength: 4 }),
    fc.infiniteStream(fc.nat()),
    (views, dice) => {
      const nodes = ids.map((self) => createMembership(self, ids));
      const pick = <T>(from: readonly T[]): T => from[dice.next().value! % from.length]!;
      for (const { epoch, members } of views) pick(nodes).take(epoch, members);
      for (let i = 0; i < 30; i++) {
        const told = pick(nodes).view;
        pick(nodes).take(told.epoch, told.members);
      }
      for (const from of nodes) for (const to of nodes) to.take(from.view.epoch, from.view.members);
      const newest = nodes.map((node) => node.view).reduce((a, b) => (isNewer(b, a) ? b : a));
      for (const node of nodes) {
        assert.deepEqual(node.view, newest);
        assert.deepEqual(node.members, newest.members.includes(node.self) ? newest.members : [node.self]);
      }
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 300 }));
});
