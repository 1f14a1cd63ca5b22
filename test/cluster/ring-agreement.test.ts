/** Goal: a node is asked about newer, sound views only. Method: views by hand against a node that takes or refuses. */

import test from "ava";
import { RingAgreement } from "../../cluster/ring-agreement.ts";
import { fingerprintOf } from "../../cluster/ring-view.ts";

function setUp(takes: boolean) {
  const asked: string[] = [];
  const state = { epoch: 3 };
  const ring = new RingAgreement({
    epoch: () => state.epoch,
    take: (epoch, members) => {
      asked.push(`${epoch} ${members.join()}`);
      if (!takes) return false;
      state.epoch = epoch;
      ring.setMembers(members);
      return true;
    },
  });
  ring.setMembers(["b:1", "a:1"]);
  return { ring, asked, state };
}

test("a newer view is put to the node, sorted and without duplicates, and the node decides", (t) => {
  const taking = setUp(true);
  t.true(taking.ring.consider({ epoch: 4, members: ["c:1", "a:1", "c:1"] }));
  t.deepEqual(taking.asked, ["4 a:1,c:1"]);
  t.deepEqual(taking.ring.view, { epoch: 4, members: ["a:1", "c:1"] });
  t.false(setUp(false).ring.consider({ epoch: 4, members: ["c:1"] }));
});

test("an older view is refused and the same one is held already, without asking the node", (t) => {
  const { ring, asked } = setUp(true);
  t.false(ring.consider({ epoch: 2, members: ["z:1"] }));
  t.false(ring.consider({ epoch: 3, members: ["a:1"] }));
  t.true(ring.consider({ epoch: 3, members: ["b:1", "a:1"] }));
  t.deepEqual(asked, []);
});

test("views without members, with too many, or with ids that are no addresses are refused", (t) => {
  const { ring, asked } = setUp(true);
  const many = Array.from({ length: 1025 }, (_, i) => `m${i}:1`);
  for (const members of [[], many, ["a:1", "b:1\r\n"]]) t.false(ring.consider({ epoch: 9, members }));
  t.deepEqual(asked, []);
  t.true(ring.consider({ epoch: 9, members: many.slice(1) }));
});

test("the fingerprint follows the members and the epoch", (t) => {
  const { ring, state } = setUp(true);
  t.is(ring.fingerprint, fingerprintOf({ epoch: 3, members: ["a:1", "b:1"] }));
  state.epoch = 5;
  t.is(ring.fingerprint, fingerprintOf({ epoch: 5, members: ["a:1", "b:1"] }));
  t.is(ring.view.epoch, 5);
});
