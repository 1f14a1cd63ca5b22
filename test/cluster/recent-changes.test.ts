/**
 * Goal: a key counts as changed lately for a member until that member is known to have heard. Method: RecentChanges by
 * itself, with a clock and positions that the test sets.
 */

import test from "ava";
import { RecentChanges } from "../../cluster/recent-changes.ts";

const [k, l] = [Buffer.from("k"), Buffer.from("l")];
const position = (number: number, id = "a:1", instance = "aa") => {
  return { id, instance: Buffer.from(instance, "hex"), number };
};

function setUp(moment?: number) {
  const state = { now: 0, heard: [position(0)] };
  const recent = new RecentChanges({
    clock: () => state.now,
    positions: () => state.heard,
    ...(moment && { moment }),
  });
  /** This node changes keys, its change of this number; then so much time passes that a snapshot is taken. */
  const change = (number: number, ...keys: Buffer[]) => {
    recent.note(keys);
    state.heard = [position(number), ...state.heard.slice(1)];
    state.now += 250;
  };
  return { recent, state, change };
}

test("nothing is recent before anything has changed, whatever a member says", (t) => {
  const { recent } = setUp();
  t.false(recent.isRecent("b:1", k));
  recent.saw("b:1", [position(0)]);
  t.false(recent.isRecent("b:1", k));
});

test("a changed key is recent for every member, and another key is not", (t) => {
  const { recent, change } = setUp();
  change(1, k);
  t.deepEqual(
    ["b:1", "c:1"].map((member) => [recent.isRecent(member, k), recent.isRecent(member, l)]),
    [
      [true, false],
      [true, false],
    ],
  );
});

test("the key is not recent for a member that says it has heard of the change, and is for the others", (t) => {
  const { recent, change } = setUp();
  change(1, k);
  recent.saw("b:1", [position(1)]);
  t.deepEqual([recent.isRecent("b:1", k), recent.isRecent("c:1", k)], [false, true]);
  change(2, k);
  t.true(recent.isRecent("b:1", k));
});

test("a key stays recent for a member that never says it has heard", (t) => {
  const { recent, change } = setUp();
  change(1, k);
  for (let i = 2; i < 40; i++) {
    recent.saw("b:1", [position(0)]);
    recent.saw("c:1", []);
    change(i, l);
  }
  t.deepEqual([recent.isRecent("b:1", k), recent.isRecent("c:1", k)], [true, true]);
});

test("a flush makes all keys recent until the member has heard of it", (t) => {
  const { recent, change } = setUp();
  change(1);
  t.deepEqual([recent.isRecent("b:1", k), recent.isRecent("b:1", l)], [true, true]);
  recent.saw("b:1", [position(1)]);
  t.false(recent.isRecent("b:1", k));
  change(2, l);
  t.deepEqual([recent.isRecent("b:1", k), recent.isRecent("b:1", l)], [false, true]);
});

test("a member has to have heard every log as far as this node, of the very same processes", (t) => {
  const { recent, state, change } = setUp();
  state.heard.push(position(5, "c:1", "cc"));
  change(1, k);
  for (const other of [
    [],
    [position(4, "c:1", "cc")],
    [position(9, "c:1", "cd")],
    [position(9, "d:1", "cc")],
  ]) {
    recent.saw("b:1", [position(1), ...other]);
    t.true(recent.isRecent("b:1", k));
  }
  recent.saw("b:1", [position(5, "c:1", "cc"), position(1)]);
  t.false(recent.isRecent("b:1", k));
});

test("a member that is behind has heard what was before the last snapshot that it covers", (t) => {
  const { recent, change } = setUp();
  change(1, k);
  recent.saw("c:1", []);
  change(2, l);
  recent.saw("b:1", [position(1)]);
  t.deepEqual([recent.isRecent("b:1", k), recent.isRecent("b:1", l)], [false, true]);
});

test("what a member says late, on an older link, makes nothing recent again", (t) => {
  const { recent, change } = setUp();
  change(1, k);
  recent.saw("b:1", [position(1)]);
  change(2, l);
  recent.saw("b:1", [position(2)]);
  recent.saw("b:1", [position(1)]);
  t.deepEqual([recent.isRecent("b:1", k), recent.isRecent("b:1", l)], [false, false]);
});

test("a member that is 16 snapshots behind is known to have heard the first, one that is 17 behind is not", (t) => {
  for (const [count, isRecent] of [
    [16, false],
    [17, true],
  ] as const) {
    const { recent, change } = setUp();
    change(1, k);
    recent.saw("c:1", []);
    for (let i = 2; i <= count; i++) {
      change(i, l);
      recent.saw("c:1", []);
    }
    recent.saw("b:1", [position(1)]);
    t.is(recent.isRecent("b:1", k), isRecent);
  }
});

test("snapshots are at least 250 ms apart, and where nothing has changed there is none", (t) => {
  let now = 0;
  let taken = 0;
  const positions = () => {
    taken++;
    return [position(1)];
  };
  const recent = new RecentChanges({ clock: () => now, positions });
  const looksAt = (time: number) => {
    now = time;
    recent.saw("b:1", []);
    return taken;
  };
  t.is(looksAt(0), 0);
  recent.note([k]);
  t.deepEqual([looksAt(0), looksAt(1000)], [1, 1]);
  recent.note([k]);
  t.is(looksAt(1000), 2);
  recent.note([k]);
  t.deepEqual([looksAt(1249), looksAt(1250)], [2, 3]);
});

test("of a member that has left the ring nothing is known", (t) => {
  const { recent, change } = setUp();
  change(1, k);
  for (const member of ["b:1", "c:1"]) recent.saw(member, [position(1)]);
  recent.forget("b:1");
  t.deepEqual([recent.isRecent("b:1", k), recent.isRecent("c:1", k)], [true, false]);
});

test("after 2^32 changes a changed key is recent as before", (t) => {
  const { recent, change } = setUp(2 ** 32 - 2);
  change(1, l);
  recent.saw("b:1", [position(1)]);
  change(2, k);
  change(3, k);
  t.deepEqual([recent.isRecent("b:1", k), recent.isRecent("b:1", l)], [true, false]);
  recent.saw("b:1", [position(3)]);
  t.false(recent.isRecent("b:1", k));
});
