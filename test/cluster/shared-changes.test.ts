/**
 * Goal: what is announced or heard is known at once as lately changed, and what members say of their logs is believed no
 * further than it goes. Method: SharedChanges in virtual time, without links: the test says what members tell.
 */

import test from "ava";
import type { Deletion, Version } from "../../cluster/change.ts";
import { SharedChanges } from "../../cluster/shared-changes.ts";
import { VirtualTime } from "../sim/virtual-time.ts";
import { Members } from "./members.ts";

const [k, l] = [Buffer.from("k"), Buffer.from("l")];
const b = { id: "b:1", instance: "bb" };

function setUp() {
  const time = new VirtualTime(1);
  const done: string[] = [];
  const sent: Uint8Array[] = [];
  let change = ({ keys }: Deletion, _version: Version): number | Promise<number> => done.push(keys.join());
  const changes: SharedChanges = new SharedChanges({
    own: { id: "a:1", instance: "aa" },
    world: time,
    timeoutMs: () => 5000,
    change: (deletion, version) => change(deletion, version),
  });
  const link = { post: (frame: Uint8Array) => sent.push(frame) > 0, sendBatch: () => {} };
  const add = (id: string) => {
    changes.add(id, link);
    changes.opened(id, 0);
  };
  const position = (number: number, { id, instance } = b) => ({
    id,
    instance: Buffer.from(instance, "hex"),
    number,
  });
  /** A member says how far it has heard: this node's log, and its own. */
  const pong = (own: number, its: number, counter: number, id = "b:1") => {
    const positions = [position(own, { id: "a:1", instance: "aa" }), position(its, { ...b, id })];
    changes.ponged(id, { positions, counter });
  };
  const hears = (number: number, deletion: Deletion, counter = 10) => {
    const told = [{ number, counter, ...deletion }];
    return changes.hearing.hear(b, {
      after: number - 1,
      through: number,
      changes: told,
      forgotten: false,
      counter: 0,
    });
  };
  const does = (other: typeof change) => {
    change = other;
  };
  return { time, changes, done, sent, add, pong, hears, does };
}

test("a key that is announced counts as changed lately at once, until the member says it has heard", async (t) => {
  const { time, changes, add, pong } = setUp();
  add("b:1");
  const answered = changes.announce({ keys: [k] });
  t.deepEqual([changes.isRecent("b:1", k), changes.isRecent("b:1", l)], [true, false]);
  pong(0, 0, 0);
  t.true(changes.isRecent("b:1", k));
  await time.advance(0);
  changes.told("b:1", { through: 1, counts: [1] });
  t.is(await time.outcome("the answer", answered), 1);
  t.true(changes.isRecent("b:1", k));
  pong(1, 0, 1);
  t.false(changes.isRecent("b:1", k));
});

test("a key that is heard of counts as changed lately before its change is done", (t) => {
  const { changes, hears, does } = setUp();
  let wasRecent = false;
  does(() => {
    wasRecent = changes.isRecent("c:1", k);
    return 0;
  });
  hears(1, { keys: [k] });
  t.true(wasRecent);
  t.false(changes.isRecent("c:1", l));
});

test("announcing nothing makes no key recent; a flush makes all, also one that names keys", async (t) => {
  const { time, changes, add } = setUp();
  add("b:1");
  t.is(await time.outcome("the answer", changes.announce({ keys: [] })), 0);
  t.false(changes.isRecent("b:1", k));
  for (const keys of [[], [l]]) {
    const flushed = setUp();
    void flushed.changes.announce({ keys, flush: { database: 0, isSlow: false } });
    t.true(flushed.changes.isRecent("b:1", k));
  }
});

test("a slow flush counts as changed lately when it is done: who has not heard of it then may still give old values", async (t) => {
  const { time, changes, pong, add, hears, does } = setUp();
  add("b:1");
  add("c:1");
  let end = () => {};
  does(() => new Promise((resolve) => (end = () => resolve(0))));
  const told = Promise.resolve(hears(1, { keys: [], flush: { database: 0, isSlow: true } }));
  // The other member has heard what this one has done by now: that is all but the flush.
  pong(0, 0, 0, "c:1");
  await time.advance(1000);
  end();
  await told;
  t.true(changes.isRecent("c:1", k));
});

test("what this node changes is later than all that it has heard, in pongs, changes and edits", (t) => {
  const { changes, add, pong, hears } = setUp();
  add("b:1");
  t.deepEqual(changes.nextVersion(), { counter: 1, author: "a:1" });
  pong(0, 0, 20);
  t.is(changes.nextVersion().counter, 21);
  hears(1, { keys: [k] }, 30);
  t.is(changes.nextVersion().counter, 31);
  changes.hearCounter(40);
  t.is(changes.nextVersion().counter, 41);
  void changes.announce({ keys: [k] });
  t.is(changes.nextVersion().counter, 43);
});

test("what a member changes after its restart is later than what was changed before, although it has heard nothing yet", async (t) => {
  const members = new Members();
  const a = await members.start("a:1", { firstCounter: 1000 });
  t.deepEqual(a.peers.nextVersion(), { counter: 1001, author: "a:1" });
});

test("the settled counter is that of the member whose changes have been heard least far", (t) => {
  const { changes, add, pong, hears } = setUp();
  t.is(changes.settledCounter(), Number.POSITIVE_INFINITY, "nobody else makes changes");
  add("b:1");
  add("c:1");
  t.is(changes.settledCounter(), 0);
  pong(0, 0, 20);
  t.is(changes.settledCounter(), 0);
  pong(0, 0, 15, "c:1");
  t.is(changes.settledCounter(), 15);
  pong(0, 1, 30);
  t.is(changes.settledCounter(), 15, "one of its changes has not come");
  pong(0, 0, 40, "c:1");
  t.is(changes.settledCounter(), 20);
  hears(1, { keys: [k] });
  pong(0, 1, 35);
  t.is(changes.settledCounter(), 35);
  changes.remove("b:1");
  t.is(changes.settledCounter(), 40);
});

test("a pong that does not name the member's own log settles nothing", (t) => {
  const { changes, add } = setUp();
  add("b:1");
  changes.ponged("b:1", { positions: [], counter: 20 });
  changes.ponged("b:1", { counter: 20 });
  t.is(changes.settledCounter(), 0);
});

test("a pong has a member that took nothing catch up", async (t) => {
  const { time, changes, pong } = setUp();
  let takes = false;
  const sent: Uint8Array[] = [];
  changes.add("b:1", { post: (frame) => takes && sent.push(frame) > 0, sendBatch: () => {} });
  changes.opened("b:1", 0);
  void changes.announce({ keys: [k] });
  await time.advance(0);
  takes = true;
  pong(0, 0, 0);
  t.is(sent.length, 1);
});

test("what is announced goes before a request when it must", (t) => {
  const { changes, add, sent } = setUp();
  add("b:1");
  void changes.announce({ keys: [k] });
  t.is(sent.length, 0);
  changes.flush();
  t.is(sent.length, 1);
});

test("nobody waits for a member whose link has ended, that has left the ring, or when all is closed", async (t) => {
  for (const end of ["closed", "remove", "close"] as const) {
    const { time, changes, add } = setUp();
    add("b:1");
    const answered = changes.announce({ keys: [k] });
    changes[end]("b:1");
    t.is(await time.outcome("the answer", answered), 0);
    t.is(time.now, 0);
  }
});

test("of a member that has left the ring nothing is known when it is back", async (t) => {
  const { changes, add, pong, hears } = setUp();
  add("b:1");
  hears(1, { keys: [k] });
  pong(0, 1, 20);
  t.false(changes.isRecent("b:1", k));
  changes.remove("b:1");
  t.is(changes.hearing.position(b), 0);
  add("b:1");
  t.true(changes.isRecent("b:1", k));
  t.is(changes.settledCounter(), 0);
});
