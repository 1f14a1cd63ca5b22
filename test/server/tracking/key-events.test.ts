/**
 * Goal: what happens to a key is told on the channels that the setting names, in order, by the member that answers for the key.
 * Method: announcements are noted as `CHANNEL EVENT`; keyspace-events.test.ts compares commands with redis-server.
 */
import test from "ava";
import type { Edit, Edited } from "../../../cluster/edit.ts";
import { refusedEdit } from "../../../cluster/edit-message.ts";
import { storedKey } from "../../../server/store/database-key.ts";
import { FreeWrites } from "../../../server/store/free-writes.ts";
import { EntryEnds } from "../../../server/tracking/entry-ends.ts";
import { KeyEvents } from "../../../server/tracking/key-events.ts";
import { createGroup, FakeClock, key, turn } from "../fakes.ts";

const A = key("scores:a");

function setUp(classes: string) {
  const clock = new FakeClock();
  const group = createGroup({ clock: clock.read });
  const told: string[] = [];
  const conf = { classes, answers: true };
  const freeWrites = new FreeWrites(2);
  const events = new KeyEvents({
    ends: new EntryEnds({ all: [group] }),
    classes: () => conf.classes,
    answersFor: () => conf.answers,
    announce: (channel, message) => told.push(`${channel} ${message}`),
    freeWrites,
  });
  const edit = (change: Partial<Edit>, edited: Partial<Edited> = {}) => {
    const whole: Edit = {
      conditions: [],
      value: undefined,
      life: "keep",
      wanted: undefined,
      isUse: false,
      ...change,
    };
    events.edited(A, whole, { ...refusedEdit(""), error: undefined, changed: true, ...edited });
    return told.splice(0);
  };
  return { events, freeWrites, told, edit, conf, store: group.store, clock };
}

const keyspace = (...names: string[]) => names.map((name) => `__keyspace@0__:scores:a ${name}`);

test("an edit is told by what it has changed", (t) => {
  const { edit } = setUp("KAn");
  const value = key("v");
  const held = { held: true };
  t.deepEqual(edit({ value, life: "endless" }), keyspace("new", "set"));
  t.deepEqual(edit({ value, life: 10 }, held), keyspace("set", "expire"));
  t.deepEqual(edit({ value, life: 0 }, held), keyspace("set", "expire", "expired"));
  t.deepEqual(edit({ value: null }, held), keyspace("del"));
  const operation = { kind: "addFloat", argument: value, at: 0 } as const;
  t.deepEqual(edit({ operation, life: "keep" }), keyspace("new", "incrbyfloat"));
  t.deepEqual(edit({ operation, life: "keep" }, held), keyspace("incrbyfloat"));
  t.deepEqual(edit({ life: 10 }, held), keyspace("expire"));
  t.deepEqual(edit({ life: -1 }, held), keyspace("del"));
  t.deepEqual(edit({ life: "endless" }, held), keyspace("persist"));
  t.deepEqual(edit({ value: null, event: "rename_from" }, held), keyspace("rename_from"));
  t.deepEqual(edit({ value, event: "rename_to" }), keyspace("new", "rename_to"));
});

test("only classes and channels that the setting names are told", (t) => {
  const { edit, events, conf } = setUp("$E");
  t.deepEqual(edit({ value: key("v"), life: 10 }), ["__keyevent@0__:set scores:a"]);
  for (const off of ["", "A", "g"]) {
    conf.classes = off;
    events.confChanged();
    t.false(events.isOn);
    t.deepEqual(edit({ value: null }), []);
  }
  conf.classes = "gKE";
  events.confChanged();
  t.deepEqual(edit({ value: null }), ["__keyspace@0__:scores:a del", "__keyevent@0__:del scores:a"]);
});

test("a member tells of the keys that it answers for, in the client's words and the key's database", (t) => {
  const { edit, events, told, conf } = setUp("KEA");
  conf.answers = false;
  t.deepEqual(edit({ value: null }), []);
  conf.answers = true;
  events.happened(storedKey(3, key("k")), "del");
  t.deepEqual(told, ["__keyspace@3__:k del", "__keyevent@3__:del k"]);
});

test("an entry that ends is told soon, or before the next event; a cached 'not found' is not", async (t) => {
  const { events, told, store, clock } = setUp("KA");
  store.put(A, key("v"), 10);
  store.put(key("scores:none"), null, 10);
  clock.advance(20);
  store.delete(A);
  store.delete(key("scores:none"));
  t.deepEqual(told, [], "inside the store's lock nothing may be told");
  events.happened(A, "set");
  t.deepEqual(told.splice(0), keyspace("expired", "set"));
  store.put(A, key("v"), 10);
  clock.advance(20);
  store.put(A, key("w"), undefined);
  await turn();
  t.deepEqual(told, keyspace("expired"));
});

test("stores name no entry unless its end is told", (t) => {
  const { events, store, conf } = setUp("g$K");
  t.is(store.onEnd, undefined);
  conf.classes = "eK";
  events.confChanged();
  t.not(store.onEnd, undefined);
  conf.classes = "xe";
  events.confChanged();
  t.is(store.onEnd, undefined);
});

test("what is held back is told in order at the release, or not at all; an entry that has gone is told anyhow", (t) => {
  const { events, told, store, clock } = setUp("KA");
  for (const isTakenBack of [false, true]) {
    store.put(A, key("v"), 10);
    clock.advance(20);
    events.hold();
    const name = key("scores:a");
    events.happened(name, "append");
    name.fill("x");
    store.delete(A);
    events.happened(A, "set");
    t.deepEqual(told, []);
    events.release(isTakenBack);
    t.deepEqual(told.splice(0), isTakenBack ? keyspace("expired") : keyspace("append", "expired", "set"));
    events.happened(A, "del");
    t.deepEqual(told.splice(0), keyspace("del"));
  }
});

test("no other thread writes while some event is told", (t) => {
  const { events, freeWrites, conf } = setUp("KA");
  t.true(freeWrites.has("events"));
  conf.classes = "K";
  events.confChanged();
  t.true(freeWrites.has("events"));
  conf.classes = "A";
  events.confChanged();
  t.false(freeWrites.has("events"));
});
