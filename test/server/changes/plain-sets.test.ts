/**
 * Goal: a plain SET leaves a node as the same edit leaves it, and is refused whenever somebody has to hear of it.
 * Method: real stores, flights, tracking and watches; what each holds after a SET.
 */
import test from "ava";
import { PlainSets } from "../../../server/changes/plain-sets.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { Store } from "../../../server/store/store.ts";
import { Watches } from "../../../server/tracking/watches.ts";
import { createGroup, createTracking, FakeTracker, key, startFlight } from "../fakes.ts";

function setUp(conf: Parameters<typeof createGroup>[0] = {}, store?: Store) {
  const group = { ...createGroup(conf), ...(store && { store }) };
  const groups = new Groups([group]);
  const tracking = createTracking(groups);
  const watches = new Watches({ isHeld: () => true, isAlone: true });
  const events = { isOn: false };
  const sets = new PlainSets({ groups, tracking, watches, events });
  const set = (name: string, value: string, ttlMs?: number) => {
    const chunk = Buffer.from(`..${name}..${value}..`);
    const keyEnd = 2 + name.length;
    return sets.set(chunk, 2, keyEnd, keyEnd + 2, keyEnd + 2 + value.length, ttlMs, 1000);
  };
  const held = (name: string) => group.store.get(key(name))?.value?.toString();
  return { group, tracking, watches, events, set, held };
}

test("a SET keeps a copy of the bytes, with the lifetime that is given", (t) => {
  const { group, set, held } = setUp();
  t.true(set("scores:Tom", "630"));
  t.true(set("scores:Tom", "631 points"));
  t.is(held("scores:Tom"), "631 points");
  t.is(group.store.look(key("scores:Tom")).ttlMs, undefined);
  t.true(set("scores:Tom", "632", 5000));
  t.is(group.store.look(key("scores:Tom")).ttlMs, 5000);
});

test("a SET voids the load of its key and of no other", (t) => {
  const { group, set } = setUp();
  const load = startFlight(group.loads, key("scores:Tom")).flight;
  const other = startFlight(group.loads, key("scores:Bob")).flight;
  t.true(set("scores:Tom", "630"));
  t.true(load.voided);
  t.false(other.voided);
});

test("what no group takes, and a value that is too long, is left to the general way", (t) => {
  const { group, set } = setUp({ conf: { maxValueBytes: 5 } });
  t.false(set("other", "1"));
  t.false(set("scores:Tom", "123456"));
  t.is(group.store.figures().entries, 0);
  t.true(set("scores:Tom", "12345"));
});

test("a full store that evicts nothing refuses, and keeps the value that it has", (t) => {
  const { set, held } = setUp(
    {},
    new Store({ seed: 1, maxBytes: 4096, eviction: "noeviction", clock: () => 1000 }),
  );
  t.true(set("scores:Tom", "630"));
  t.false(set("scores:Tom", "x".repeat(4096)));
  t.is(held("scores:Tom"), "630");
});

test("while a client watches a key or tracks, or events are told, no SET is plain", (t) => {
  const { watches, tracking, events, set, held } = setUp();
  watches.add(1, [key("scores:Bob")]);
  t.false(set("scores:Tom", "1"));
  watches.settle(1);
  const member = new FakeTracker();
  tracking.readsFor([key("scores:Bob")], [], member);
  t.false(set("scores:Tom", "1"));
  tracking.memberGone(member);
  events.isOn = true;
  t.false(set("scores:Tom", "1"));
  events.isOn = false;
  t.is(held("scores:Tom"), undefined);
  t.true(set("scores:Tom", "1"));
});
