/** Goal: views of the ring converge. Method: pairs by hand, then random views exchanged in random order. */

import test from "ava";
import fc from "fast-check";
import { fingerprintOf, isNewer, isSame, type RingView } from "../../cluster/ring-view.ts";

const view = (epoch: number, ...members: string[]): RingView => ({ epoch, members });

test("the higher epoch is newer whatever its members", (t) => {
  t.true(isNewer(view(2, "a:1"), view(1, "a:1", "z:1")));
  t.false(isNewer(view(1, "z:1"), view(2, "a:1")));
});

test("between equal epochs the greater list is newer, and no view is newer than itself", (t) => {
  t.true(isNewer(view(1, "a:1", "c:1"), view(1, "a:1", "b:1")));
  t.false(isNewer(view(1, "a:1"), view(1, "a:1")));
  t.true(isSame(view(1, "a:1"), view(1, "a:1")));
});

test("fingerprints differ with the epoch and with the members", (t) => {
  const prints = [view(1, "a:1"), view(2, "a:1"), view(1, "b:1"), view(1, "a:1", "b:1")].map(fingerprintOf);
  t.is(new Set(prints).size, prints.length);
  t.is(fingerprintOf(view(1, "a:1")), prints[0]);
});

test("members that pass their views on in any order end up with one view", (t) => {
  const member = fc.constantFrom("a:1", "b:1", "c:1", "d:1");
  const anyView = fc.record({
    epoch: fc.nat(3),
    members: fc.uniqueArray(member, { minLength: 1 }).map((list) => list.sort()),
  });
  const views = fc.array(anyView, { minLength: 2, maxLength: 6 });
  const property = fc.property(views, fc.infiniteStream(fc.nat(5)), (start, dice) => {
    const order = start
      .map((_, i) => [i, dice.next().value! % start.length] as const)
      .sort((a, b) => a[1] - b[1]);
    const fold = (list: RingView[]) => list.reduce((mine, theirs) => (isNewer(theirs, mine) ? theirs : mine));
    const mixed = order.map(([i]) => start[i]!);
    t.true(isSame(fold(start), fold(mixed)));
  });
  fc.assert(property, { numRuns: 200 });
});
