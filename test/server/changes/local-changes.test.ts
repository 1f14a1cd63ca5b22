/**
 * Goal: a change removes from this node all that belongs to its keys and nothing else, and tells the clients that have read
 * them.
 * Method: real stores and flights, and trackers that note what they are told.
 */
import test from "ava";
import { LocalChanges } from "../../../server/changes/local-changes.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { storedKey } from "../../../server/store/database-key.ts";
import { Watches } from "../../../server/tracking/watches.ts";
import { createGroup, createTracking, FakeTracker, key, startFlight, turn } from "../fakes.ts";
import { createNode } from "../node-with-fake-peers.ts";

test("removing here takes the entry and the copy, and voids the load and the forward", (t) => {
  const { local, group } = createNode();
  const name = key("scores:Tom");
  group.store.put(name, key("1"), undefined);
  group.mirrors!.put(name, key("1"), undefined);
  const load = startFlight(group.loads, name).flight;
  const forward = startFlight(group.forwards, name).flight;
  t.is(local.remove([name]), 1);
  t.is(group.store.look(name).kind, "missing");
  t.is(group.mirrors!.look(name).kind, "missing");
  t.true(load.voided);
  t.true(forward.voided);
  t.is(group.loads.size + group.forwards.size, 0);
});

test("removing here counts values: no copies, no cached not-found, no key without a group", (t) => {
  const { local, group } = createNode();
  group.store.put(key("scores:v"), key("1"), undefined);
  group.store.put(key("scores:n"), null, undefined);
  group.mirrors!.put(key("scores:m"), key("1"), undefined);
  const names = ["scores:v", "scores:n", "scores:m", "scores:x", "nobody's"].map((name) => key(name));
  t.is(local.remove(names), 1);
  t.is(group.store.look(key("scores:n")).kind, "missing");
});

test("removing here leaves other keys alone", (t) => {
  const { holdings, local, group, other } = createNode();
  group.store.put(key("scores:Tom"), key("1"), undefined);
  other.store.put(key("other:Tom"), key("1"), undefined);
  const load = startFlight(group.loads, key("scores:Tom")).flight;
  local.remove([key("scores:Jack")]);
  t.is(holdings.countHere(0), 2);
  t.false(load.voided);
});

test("a key given as plain bytes, at an offset, is removed", (t) => {
  const { local, group } = createNode();
  group.store.put(key("scores:Tom"), key("1"), undefined);
  const frame = new Uint8Array(key("xxscores:Tomxx"));
  t.is(local.remove([frame.subarray(2, 12)]), 1);
});

test("flushing here empties every group and voids everything under way", (t) => {
  const { local, group, other } = createNode();
  const flights = [group, other].flatMap((each) => {
    each.store.put(key("scores:Tom"), key("1"), undefined);
    each.mirrors!.put(key("scores:Jack"), key("1"), undefined);
    return [startFlight(each.loads, key("x")).flight, startFlight(each.forwards, key("y")).flight];
  });
  local.flush();
  t.true(flights.every((flight) => flight.voided));
  t.true(
    [group, other].every((each) => each.store.figures().entries + each.mirrors!.figures().entries === 0),
  );
});

test("emptying one database leaves the entries of the others", (t) => {
  const { local, group, holdings } = createNode(key(""));
  const keys = [0, 1, 2].map((database) => storedKey(database, key("Tom")));
  for (const name of keys) group.store.put(name, key("1"), undefined);
  const held = () => keys.map((name) => group.store.look(name).kind);
  const counted = () => [0, 1, 2].map((database) => holdings.countHere(database));
  local.flush({ database: 1 });
  t.deepEqual(
    [held(), counted()],
    [
      ["value", "missing", "value"],
      [1, 0, 1],
    ],
  );
  local.flush({ database: 0 });
  t.deepEqual(
    [held(), counted()],
    [
      ["missing", "missing", "value"],
      [0, 0, 1],
    ],
  );
});

test("a slow flush takes turns: loads from before are voided at once, later ones are kept, copies go at the end", async (t) => {
  let now = 0;
  const group = createGroup({ conf: { prefix: key("") }, clock: () => now++ });
  const groups = new Groups([group]);
  const tracking = createTracking(groups);
  const watches = new Watches({ isHeld: () => false, isAlone: false });
  const turns: (() => void)[] = [];
  const soon = (run: () => void) => void turns.push(run);
  const local = new LocalChanges({ groups, tracking, watches, soon });
  for (let i = 0; i < 1000; i++)
    for (const database of [0, 1]) group.store.put(storedKey(database, key(`k${i}`)), key("1"), undefined);
  const early = startFlight(group.loads, key("x")).flight;
  watches.add(1, [storedKey(1, key("w"))]);
  let isOver = false;
  const flushed = local.flushSlowly(1).then(() => {
    isOver = true;
  });
  const late = startFlight(group.loads, key("y")).flight;
  t.true(early.voided);
  let slices = 1;
  for (; turns.length > 0; slices++) {
    group.mirrors!.put(key("mirrored"), key("1"), undefined);
    t.false(isOver);
    turns.pop()!();
    await turn();
  }
  await flushed;
  t.true(slices > 3, `${slices}`);
  t.false(late.voided);
  t.deepEqual(
    [0, 1].map((database) => group.store.population(database).values),
    [1000, 0],
  );
  t.deepEqual([group.mirrors!.figures().entries, watches.settle(1)], [0, false]);
});

test("every way of changing a key here tells the clients that have read it", (t) => {
  const { local, tracking } = createNode();
  const reader = new FakeTracker();
  const name = key("scores:Tom");
  const read = () => tracking.readsFor([name], [], reader);
  const edit = { conditions: [], value: key("1"), life: "endless", wanted: undefined, isUse: false } as const;
  read();
  local.edit(name, edit);
  t.deepEqual(reader.told.splice(0), ["scores:Tom"], "set");
  read();
  local.edit(name, { ...edit, value: undefined, life: 1000 });
  t.deepEqual(reader.told.splice(0), ["scores:Tom"], "another lifetime");
  read();
  local.edit(name, { ...edit, value: undefined, operation: { kind: "add", argument: key("1"), at: 0 } });
  t.deepEqual(reader.told.splice(0), ["scores:Tom"], "counted");
  read();
  local.edit(name, { ...edit, conditions: ["missing"] });
  local.edit(name, { ...edit, value: undefined, life: "keep" });
  t.deepEqual(reader.told.splice(0), [], "refused, or looked at");
  local.remove([name]);
  t.deepEqual(reader.told.splice(0), ["scores:Tom"], "deleted");
  read();
  local.dropCopies([name]);
  t.deepEqual(reader.told.splice(0), [], "only copies went");
  local.flush();
  t.deepEqual(reader.told.splice(0), ["*"], "flushed");
});

test("when the owner says that a key is invalid, its mirror goes, its forward is voided, and clients are told", async (t) => {
  const { local, group, tracking } = createNode();
  const name = key("scores:Tom");
  group.mirrors!.put(name, key("1"), undefined);
  const forward = startFlight(group.trackedForwards, name).flight;
  const reader = new FakeTracker();
  tracking.readsFor([name], [], reader);
  local.invalidated([name]);
  t.is(group.mirrors!.look(name).kind, "missing");
  t.true(forward.voided);
  await turn();
  t.deepEqual(reader.told, ["scores:Tom"]);
  const other = startFlight(group.trackedForwards, name).flight;
  local.invalidated(undefined);
  t.true(other.voided);
});

test("WATCH notices a change of the key and a flush, not a change of another key or of copies", (t) => {
  const { local, watches } = createNode();
  const name = key("scores:Tom");
  const watched = (change: () => void) => {
    watches.add(1, [name]);
    change();
    return !watches.settle(1);
  };
  const edit = { conditions: [], value: key("1"), life: "endless", wanted: undefined, isUse: false } as const;
  t.true(watched(() => local.edit(name, edit)));
  t.true(watched(() => local.remove([name])));
  t.true(watched(() => local.flush()));
  t.false(watched(() => local.remove([key("scores:Jack")])));
  t.false(watched(() => local.dropCopies([name])));
});

test("a delete of a key that only another member has a group for is told, of a key that nobody has one for is not", (t) => {
  const groups = new Groups([createGroup()]);
  const tracking = createTracking(groups);
  const reader = new FakeTracker();
  const touched: string[] = [];
  const watches = {
    touch: (name: Buffer) => void touched.push(String(name)),
    touchAll: () => {},
    isIdle: false,
  };
  const owners = {
    refusal: (name: Uint8Array) => (String(name).startsWith("new:") ? "not here" : undefined),
  };
  const local = new LocalChanges({ groups, tracking, watches, owners });
  tracking.readsFor([key("new:1"), key("nobody's")], [], reader);
  local.remove([key("new:1"), key("nobody's")]);
  t.deepEqual([reader.told, touched], [["new:1"], ["new:1"]]);
});

test("DELIFEQ of a key that is only being loaded lets the load go on, unlike GETDEL", (t) => {
  const { local, group } = createNode();
  const load = startFlight(group.loads, key("scores:Tom")).flight;
  const edit = { conditions: [], value: null, life: "keep", wanted: undefined, isUse: false } as const;
  local.edit(key("scores:Tom"), { ...edit, comparison: { kind: "equal", to: key("1") } });
  t.false(load.voided);
  local.edit(key("scores:Tom"), edit);
  t.true(load.voided);
});
