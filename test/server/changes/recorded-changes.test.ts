/**
 * Goal: every change is noted once with its key, and all of it can be taken back.
 * Method: one group with a real store. procedures.test.ts has the rest.
 */
import test from "ava";
import type { Edit } from "../../../cluster/edit.ts";
import { LocalChanges } from "../../../server/changes/local-changes.ts";
import { RecordedChanges } from "../../../server/changes/recorded-changes.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { Watches } from "../../../server/tracking/watches.ts";
import { createGroup, createTracking, key } from "../fakes.ts";

const LOOK: Edit = { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: true };

function setUp() {
  const group = createGroup();
  const groups = new Groups([group]);
  const local = new LocalChanges({
    groups,
    tracking: createTracking(groups),
    watches: new Watches({ isHeld: () => false, isAlone: false }),
  });
  return { group, recorded: new RecordedChanges(groups, local) };
}

test("keys that have changed are noted once, keys that were looked at are not", (t) => {
  const { recorded } = setUp();
  recorded.begin(undefined);
  const [a, b, c] = ["scores:a", "scores:b", "scores:c"].map(key) as [Buffer, Buffer, Buffer];
  recorded.edit(a, { ...LOOK, value: key("1"), life: "endless" });
  recorded.edit(a, { ...LOOK, life: 5000 });
  recorded.edit(b, LOOK);
  recorded.edit(b, { ...LOOK, conditions: ["held"], value: key("1") });
  recorded.remove([c]);
  // Removing what is not held counts, too: another member may have a load of it under way.
  const d = key("scores:d");
  recorded.edit(d, { ...LOOK, value: null });
  t.deepEqual(
    [a, b, c, d].map((each) => recorded.hasChanged(each)),
    [true, false, true, true],
  );
  t.deepEqual(recorded.end(), [a, c, d]);
  t.deepEqual(recorded.end(), []);
});

test("an operation is noted as any other change", (t) => {
  const { recorded } = setUp();
  recorded.begin(undefined);
  recorded.edit(key("scores:a"), { ...LOOK, operation: { kind: "add", argument: key("1"), at: 0 } });
  t.deepEqual(recorded.end(), [key("scores:a")]);
});

test("the value before the first change comes back, and its lifetime", (t) => {
  const { recorded, group } = setUp();
  const [a, b] = ["scores:a", "scores:b"].map(key) as [Buffer, Buffer];
  group.store.put(a, key("old"), 5000);
  recorded.begin(undefined);
  recorded.edit(a, { ...LOOK, operation: { kind: "append", argument: key("er"), at: 0 } });
  recorded.edit(a, { ...LOOK, value: key("1"), life: "endless" });
  recorded.remove([a]);
  recorded.edit(b, { ...LOOK, value: key("2"), life: "endless" });
  recorded.takeBack();
  t.like(group.store.look(a), { kind: "value", bytes: 3, ttlMs: 5000 });
  t.is(group.store.look(b).kind, "missing");
  t.deepEqual(recorded.end(), [a, b]);
});

test("a procedure cannot flush", (t) => {
  const { recorded } = setUp();
  t.throws(() => recorded.flush());
  t.throws(() => recorded.flushSlowly());
});
