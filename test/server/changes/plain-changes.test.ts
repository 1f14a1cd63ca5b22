/**
 * Goal: a plain DEL or EXPIRE leaves a node as the command's general way leaves it, and is refused whenever somebody has to
 * hear of it; a look changes nothing.
 * Method: real stores, flights, tracking and watches; random changes of two equal nodes, one by each way.
 */
import test from "ava";
import fc from "fast-check";
import { LocalChanges } from "../../../server/changes/local-changes.ts";
import { NOT_PLAIN } from "../../../server/changes/plain-changes.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { type Eviction, Store } from "../../../server/store/store.ts";
import { Watches } from "../../../server/tracking/watches.ts";
import { createGroup, createTracking, FakeTracker, key, startFlight } from "../fakes.ts";
import { audit } from "../store/audit.ts";

const NOW = 1000;

function setUp(eviction: Eviction = "s3fifo") {
  const time = { now: NOW };
  const store = new Store({ seed: 1, maxBytes: 4096, eviction, clock: () => time.now });
  const group = { ...createGroup(), store };
  const groups = new Groups([group]);
  const tracking = createTracking(groups);
  const watches = new Watches({ isHeld: () => true, isAlone: true });
  const events = { isOn: false, edited: () => {}, happened: () => {} };
  const local = new LocalChanges({ groups, tracking, watches, events });
  const at = <Rest extends unknown[]>(
    run: (chunk: Uint8Array, start: number, end: number, ...rest: Rest) => number,
  ) => {
    return (name: string, ...rest: Rest) => run(Buffer.from(`..${name}..`), 2, 2 + name.length, ...rest);
  };
  const { plainChanges } = local;
  const remove = at((chunk, start, end) => plainChanges.remove(chunk, start, end));
  const lifeOf = at((chunk, start, end) => plainChanges.lifeOf(chunk, start, end));
  const expire = at((chunk, start, end, ms: number) => plainChanges.expire(chunk, start, end, ms, time.now));
  return { time, store, group, tracking, watches, events, local, remove, lifeOf, expire };
}

test("a look tells the time that is left, and counts as no use", (t) => {
  const { time, store, group, lifeOf } = setUp();
  t.is(lifeOf("scores:Tom"), -2);
  store.put(key("scores:Tom"), key("630"), undefined);
  t.is(lifeOf("scores:Tom"), -1);
  store.put(key("scores:Tom"), key("630"), 5000);
  time.now += 2000;
  const before = store.edit(key("scores:Tom"), { ...NOTHING, isUse: false }).uses;
  t.is(lifeOf("scores:Tom"), 3000);
  t.is(store.edit(key("scores:Tom"), { ...NOTHING, isUse: false }).uses, before);
  time.now += 3000;
  t.is(lifeOf("scores:Tom"), -2);
  store.put(key("scores:Tom"), null, 5000);
  t.is(lifeOf("scores:Tom"), -2, "a cached not-found is no entry for its client");
  t.is(lifeOf("other"), NOT_PLAIN);
  t.deepEqual([group.counters.hits, group.counters.misses], [0, 0]);
});

test("a DEL, and an EXPIRE of what is held, voids the load of its key and of no other", (t) => {
  for (const change of ["remove", "expire"] as const) {
    const { store, group, remove, expire } = setUp();
    const load = startFlight(group.loads, key("scores:Tom")).flight;
    const other = startFlight(group.loads, key("scores:Bob")).flight;
    if (change === "expire") {
      t.is(expire("scores:Tom", 10), 0);
      t.false(load.voided, "there is nothing that it changes");
      store.put(key("scores:Tom"), key("630"), undefined);
    }
    t.is(change === "remove" ? remove("scores:Tom") : expire("scores:Tom", 10), change === "remove" ? 0 : 1);
    t.true(load.voided);
    t.false(other.voided);
  }
});

test("while a client watches a key or tracks, or events are told, no change is plain, and looks are", (t) => {
  const { store, watches, tracking, events, remove, lifeOf, expire } = setUp();
  store.put(key("scores:Tom"), key("630"), undefined);
  const refused = () => {
    t.is(remove("scores:Tom"), NOT_PLAIN);
    t.is(expire("scores:Tom", 10), NOT_PLAIN);
    t.is(lifeOf("scores:Tom"), -1);
  };
  watches.add(1, [key("scores:Bob")]);
  refused();
  watches.settle(1);
  const member = new FakeTracker();
  tracking.readsFor([key("scores:Bob")], [], member);
  refused();
  tracking.memberGone(member);
  events.isOn = true;
  refused();
  events.isOn = false;
  t.is(remove("other"), NOT_PLAIN);
  t.is(expire("other", 10), NOT_PLAIN);
  t.is(expire("scores:Tom", 10), 1);
  t.is(remove("scores:Tom"), 1);
});

const NOTHING = { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: true } as const;
const names = fc.constantFrom("scores:a", "scores:b", "scores:c");
const step = fc.oneof(
  fc.record({ what: fc.constant("remove" as const), name: names }),
  fc.record({ what: fc.constant("expire" as const), name: names, ms: fc.constantFrom(1, 5, 1000) }),
  fc.record({ what: fc.constant("set" as const), name: names, ms: fc.constantFrom(undefined, 3, 2000) }),
  fc.record({ what: fc.constant("absent" as const), name: names, ms: fc.constantFrom(2, 2000) }),
  fc.record({ what: fc.constant("wait" as const), ms: fc.constantFrom(1, 4) }),
);

for (const eviction of ["lru", "s3fifo", "noeviction"] as const) {
  test(`random changes by either way leave the same behind: ${eviction}`, (t) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const [plain, general] = [setUp(eviction), setUp(eviction)];
        for (const one of steps) {
          if (one.what === "wait") {
            plain.time.now += one.ms;
            general.time.now += one.ms;
          } else if (one.what === "remove")
            t.is(plain.remove(one.name), general.local.remove([key(one.name)]));
          else if (one.what === "expire") {
            const edit = { ...NOTHING, conditions: ["held"], life: one.ms } as const;
            const { changed } = general.local.edit(key(one.name), edit);
            t.is(plain.expire(one.name, one.ms), changed ? 1 : 0);
          } else
            for (const { store } of [plain, general])
              store.put(key(one.name), one.what === "set" ? key("value") : null, one.ms);
          for (const name of ["scores:a", "scores:b", "scores:c"]) {
            const { kind, ttlMs } = general.store.look(key(name));
            t.is(plain.lifeOf(name), kind === "value" ? (ttlMs ?? -1) : -2);
            const [ours, theirs] = [plain, general].map(({ store }) =>
              store.edit(key(name), { ...NOTHING, isUse: false }),
            );
            t.deepEqual(ours, theirs);
          }
          t.deepEqual(plain.store.figures(), general.store.figures());
        }
        audit(plain.store.handle);
      }),
    );
  });
}
