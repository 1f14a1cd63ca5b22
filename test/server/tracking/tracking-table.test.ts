/**
 * Goal: taking a key out gives exactly the trackers that were noted for it, once, and the table stays within its bounds.
 * Method: trackers that do nothing; random calls are compared with a plain Map.
 */
import test from "ava";
import fc from "fast-check";
import { TrackingTable } from "../../../server/tracking/tracking-table.ts";
import { FakeTracker } from "../fakes.ts";

/** A key is due this late at most. */
const SLOT_MS = 100;

const [a, b, c] = [new FakeTracker(), new FakeTracker(), new FakeTracker()];

test("a key is taken out once, with its trackers", (t) => {
  const table = new TrackingTable();
  table.add("k", a, "readers");
  table.add("k", a, "lookers");
  table.add("k", b, "readers");
  t.deepEqual([table.keys, table.items], [1, 3]);
  t.deepEqual(table.take("k"), [a, b]);
  t.deepEqual(table.take("k"), []);
  t.deepEqual([table.keys, table.items], [0, 0]);
});

test("lookers can be taken out alone; a key ends with the last of its trackers", (t) => {
  const table = new TrackingTable();
  table.add("k", a, "readers");
  table.add("k", b, "lookers");
  t.deepEqual(table.takeLookers("k"), [b]);
  t.deepEqual([table.keys, table.items], [1, 1]);
  t.deepEqual(table.take("k"), [a]);
  table.add("k", c, "lookers");
  t.deepEqual(table.takeLookers("k"), [c]);
  t.deepEqual(table.takeLookers("k"), []);
  t.deepEqual([table.keys, table.items], [0, 0]);
});

test("the key that was noted first gives way, also after others were taken out", (t) => {
  const table = new TrackingTable();
  for (let i = 0; i < 5; i++) table.add(`k${i}`, a, "readers");
  table.take("k0");
  t.is(table.overflow(4), undefined);
  const order: (string | undefined)[] = [];
  for (let name = table.overflow(2); name !== undefined; name = table.overflow(2)) {
    order.push(name);
    table.take(name);
  }
  t.deepEqual(order, ["k1", "k2"]);
  table.add("k1", a, "readers");
  t.is(table.overflow(2), "k3");
});

test("a long key counts as several keys, and many trackers fill the table, too", (t) => {
  const table = new TrackingTable();
  table.add("x".repeat(511), a, "readers");
  t.is(table.overflow(2), undefined);
  table.take("x".repeat(511));
  table.add("x".repeat(512), a, "readers");
  t.is(table.overflow(2), "x".repeat(512));
  const crowded = new TrackingTable();
  for (let i = 0; i < 20; i++) crowded.add("k", new FakeTracker(), "readers");
  t.is(crowded.overflow(2), undefined);
  crowded.add("k", a, "readers");
  t.is(crowded.overflow(2), "k");
});

test("trackers that are gone do not pile up under a key", (t) => {
  const table = new TrackingTable();
  for (let i = 0; i < 1000; i++) {
    const tracker = new FakeTracker();
    table.add("k", tracker, "readers");
    tracker.isGone = true;
  }
  t.true(table.items <= 9, `${table.items}`);
});

test("a key is due once, not before its deadline and one slot late at most", (t) => {
  const table = new TrackingTable();
  table.due(1_000_000);
  for (const name of ["k", "l", "m"]) table.add(name, a, "readers");
  table.expiresAt("k", 1_000_150);
  table.expiresAt("l", 1_000_150);
  table.expiresAt("l", undefined);
  table.expiresAt("nobody's", 1_000_150);
  t.is(table.isDated("k"), true);
  t.is(table.isDated("l"), false);
  t.deepEqual(table.due(1_000_149), []);
  t.deepEqual(table.due(1_000_150 + SLOT_MS), ["k"]);
  t.deepEqual(table.due(2_000_000), []);
});

test("a key with a deadline in the past is due the next time", (t) => {
  const table = new TrackingTable();
  table.due(1_000_000);
  table.add("k", a, "readers");
  table.expiresAt("k", 0);
  t.deepEqual(table.due(1_000_000), []);
  t.deepEqual(table.due(1_000_000 + SLOT_MS), ["k"]);
});

test("a key that is taken out leaves no deadline behind", (t) => {
  const table = new TrackingTable();
  table.add("k", a, "readers");
  table.expiresAt("k", 500);
  table.take("k");
  table.add("k", a, "readers");
  t.deepEqual(table.due(10_000), []);
});

test("a deadline at time 0 is a deadline like any other", (t) => {
  const table = new TrackingTable();
  for (const end of [() => table.take("k"), () => table.expiresAt("k", undefined)]) {
    table.add("k", a, "readers");
    table.expiresAt("k", 0);
    t.true(table.isDated("k"));
    end();
    t.false(table.isDated("k"));
  }
  t.deepEqual(table.due(10_000), []);
});

test("a cleared table is empty and works on", (t) => {
  const table = new TrackingTable();
  table.add("k", a, "readers");
  table.expiresAt("k", 500);
  table.clear();
  t.deepEqual([table.keys, table.items, table.due(1000)], [0, 0, []]);
  table.add("k", b, "readers");
  t.is(table.overflow(0), "k");
  t.deepEqual(table.take("k"), [b]);
});

test("random notes and takes agree with a plain Map", (t) => {
  const trackers = [a, b, c];
  const step = fc.record({
    what: fc.constantFrom("readers", "lookers", "take", "takeLookers", "date"),
    name: fc.constantFrom("k", "l", "m"),
    who: fc.nat(2),
    at: fc.nat(1000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = new TrackingTable();
      const model = new Map<string, { readers: Set<FakeTracker>; lookers: Set<FakeTracker> }>();
      for (const { what, name, who, at } of steps) {
        const notes = model.get(name) ?? { readers: new Set(), lookers: new Set() };
        if (what === "readers" || what === "lookers") {
          table.add(name, trackers[who]!, what);
          model.set(name, notes);
          notes[what].add(trackers[who]!);
        } else if (what === "take") {
          model.delete(name);
          t.deepEqual(new Set(table.take(name)), new Set([...notes.readers, ...notes.lookers]));
        } else if (what === "takeLookers") {
          t.deepEqual(new Set(table.takeLookers(name)), notes.lookers);
          notes.lookers = new Set();
          if (notes.readers.size === 0) model.delete(name);
        } else table.expiresAt(name, at);
        const items = [...model.values()].reduce(
          (sum, note) => sum + note.readers.size + note.lookers.size,
          0,
        );
        t.deepEqual([table.keys, table.items], [model.size, items]);
      }
      t.true(table.due(5000).every((name) => model.has(name)));
    }),
  );
});
