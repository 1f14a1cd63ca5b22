/**
 * Goal: a delete, a flush, a count and a change of the ring reach whom they must, in the order they must, and say what
 * became of it. Method: node `a` of the ring a, b, c with real stores and flights; its peers note what they are told
 * and answer when the test says so. That all of it adds up to "no stale read" is shown in test/sim.
 */
import test from "ava";
import type { Edit, Edited } from "../../../cluster/edit.ts";
import { refusedEdit } from "../../../cluster/edit-message.ts";
import type { Glimpse } from "../../../cluster/outcome.ts";
import { PeerUnreachable } from "../../../cluster/peer-unreachable.ts";
import { Coherence, type CoherencePeers } from "../../../server/changes/coherence.ts";
import { Groups } from "../../../server/groups/groups.ts";
import {
  createGroup,
  createMembership,
  createTracking,
  Held,
  key,
  keyOwnedBy,
  startFlight,
  turn,
} from "../fakes.ts";

const GLIMPSE: Glimpse = { kind: "value", bytes: 3, ttlMs: 7, footprintBytes: 99 };

/** Peers that answer at once, or not before the test says so. */
class FakePeers implements CoherencePeers {
  readonly down = new Set<string>();
  readonly told: string[] = [];
  /** What each member says that it removed or holds. */
  readonly counts: Record<string, number> = { b: 0, c: 0 };
  readonly refusing = new Set<string>();
  /** What every edit comes to. */
  edited: Edited = { ...refusedEdit(""), held: true, changed: true, error: undefined };
  hold: Held<string, void>[] | undefined;

  track(id: string, bytes: Uint8Array): void {
    this.told.push(`${id} track ${Buffer.from(bytes)}`);
  }

  isUp(id: string): boolean {
    return !this.down.has(id);
  }

  async #answer<T>(id: string, what: string, answer: () => T): Promise<T> {
    this.told.push(`${id} ${what}`);
    if (this.hold !== undefined) {
      const held = new Held<string, void>(id);
      this.hold.push(held);
      await held.promise;
    }
    if (this.down.has(id)) throw new PeerUnreachable(id, "down");
    return answer();
  }

  look(id: string, bytes: Uint8Array): Promise<Glimpse> {
    return this.#answer(id, `look ${Buffer.from(bytes)}`, () => GLIMPSE);
  }

  remove(id: string, keys: readonly Uint8Array[], copiesOnly: boolean): Promise<number> {
    const names = keys.map((each) => Buffer.from(each).toString()).join(" ");
    return this.#answer(id, `${copiesOnly ? "drop" : "remove"} ${names}`, () => this.counts[id]!);
  }

  flush(id: string, copiesOnly: boolean): Promise<void> {
    return this.#answer(id, copiesOnly ? "drop all" : "flush", () => {});
  }

  edit(id: string, bytes: Uint8Array, { value }: Edit): Promise<Edited> {
    const what = value === undefined ? "edit" : `edit to ${value && Buffer.from(value)}`;
    return this.#answer(id, `${what} ${Buffer.from(bytes)}`, () => this.edited);
  }

  count(id: string): Promise<number> {
    return this.#answer(id, "count", () => this.counts[id]!);
  }

  ring(id: string, epoch: number, members: readonly string[]): Promise<boolean> {
    return this.#answer(id, `ring ${epoch} ${members.join(",")}`, () => !this.refusing.has(id));
  }
}

function createNode() {
  const peers = new FakePeers();
  const membership = createMembership("a", ["a", "b", "c"]);
  const group = createGroup();
  const other = createGroup({ conf: { name: "other", prefix: key("other:") } });
  const groups = new Groups([group, other]);
  const tracking = createTracking(groups);
  let sleeps = 0;
  let slept: (times: number) => void = () => {};
  const sleep = async () => slept(++sleeps);
  const onSleep = (listener: (times: number) => void) => {
    slept = listener;
  };
  const coherence = new Coherence({ groups, membership, peers, tracking, sleep });
  const lone = new Coherence({ groups, membership, peers: undefined, tracking, sleep });
  return { coherence, lone, peers, membership, group, other, sleeps: () => sleeps, onSleep };
}

test("removing here takes the entry and the copy, and voids the load and the forward", (t) => {
  const { coherence, group } = createNode();
  const name = key("scores:Tom");
  group.store.put(name, key("1"), undefined);
  group.mirrors!.put(name, key("1"), undefined);
  const load = startFlight(group.loads, name).flight;
  const forward = startFlight(group.forwards, name).flight;
  t.is(coherence.removeHere([name]), 1);
  t.is(group.store.look(name).kind, "missing");
  t.is(group.mirrors!.look(name).kind, "missing");
  t.true(load.voided);
  t.true(forward.voided);
  t.is(group.loads.size + group.forwards.size, 0);
});

test("removing here counts values: no copies, no cached not-found, no key without a group", (t) => {
  const { coherence, group } = createNode();
  group.store.put(key("scores:v"), key("1"), undefined);
  group.store.put(key("scores:n"), null, undefined);
  group.mirrors!.put(key("scores:m"), key("1"), undefined);
  const names = ["scores:v", "scores:n", "scores:m", "scores:x", "nobody's"].map((name) => key(name));
  t.is(coherence.removeHere(names), 1);
  t.is(group.store.look(key("scores:n")).kind, "missing");
});

test("removing here leaves other keys alone", (t) => {
  const { coherence, group, other } = createNode();
  group.store.put(key("scores:Tom"), key("1"), undefined);
  other.store.put(key("other:Tom"), key("1"), undefined);
  const load = startFlight(group.loads, key("scores:Tom")).flight;
  coherence.removeHere([key("scores:Jack")]);
  t.is(coherence.countHere(), 2);
  t.false(load.voided);
});

test("a key given as plain bytes, at an offset, is removed", (t) => {
  const { coherence, group } = createNode();
  group.store.put(key("scores:Tom"), key("1"), undefined);
  const frame = new Uint8Array(key("xxscores:Tomxx"));
  t.is(coherence.removeHere([frame.subarray(2, 12)]), 1);
});

test("a delete tells every member, and every member again when all have answered", async (t) => {
  const { coherence, peers, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  peers.hold = [];
  const removed = coherence.remove([name]);
  t.deepEqual(peers.told.toSorted(), [`b remove ${name}`, `c remove ${name}`]);
  peers.hold[0]!.resolve();
  await turn();
  t.is(peers.told.length, 2);
  peers.hold[1]!.resolve();
  await turn();
  t.deepEqual(peers.told.slice(2), [`b drop ${name}`, `c drop ${name}`]);
  let acknowledged = false;
  void removed.then(() => {
    acknowledged = true;
  });
  peers.hold[2]!.resolve();
  await turn();
  t.false(acknowledged);
  peers.hold[3]!.resolve();
  await removed;
  t.is(peers.told.length, 4);
});

test("a delete is done here before anything else happens, and once more at its end", async (t) => {
  const { coherence, peers, group, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  peers.hold = [];
  group.mirrors!.put(name, key("1"), undefined);
  void coherence.remove([name]);
  t.is(group.mirrors!.look(name).kind, "missing");
  group.mirrors!.put(name, key("1"), undefined);
  const forward = startFlight(group.forwards, name).flight;
  for (const held of peers.hold) held.resolve();
  await turn();
  t.is(group.mirrors!.look(name).kind, "missing");
  t.true(forward.voided);
});

test("a delete counts what the owners held, each key once, however often it is named", async (t) => {
  const { coherence, peers, group, membership } = createNode();
  const [own, theirs] = [keyOwnedBy("a", membership), keyOwnedBy("b", membership)];
  group.store.put(own, key("1"), undefined);
  group.store.put(theirs, key("1"), undefined);
  peers.counts.b = 1;
  peers.counts.c = 0;
  t.is(await coherence.remove([own, theirs, Buffer.from(own), Buffer.from(theirs)]), 1 + 1);
  t.is(coherence.countHere(), 0);
  t.true(peers.told.includes(`b remove ${theirs}`));
});

test("keys of several owners go to each member together", async (t) => {
  const { coherence, peers, membership } = createNode();
  const names = ["a", "b", "c"].map((owner) => keyOwnedBy(owner, membership));
  await coherence.remove(names);
  t.deepEqual(
    peers.told.slice(0, 4).toSorted(),
    [
      `b remove ${names[1]}`,
      `b remove ${names[0]} ${names[2]}`,
      `c remove ${names[2]}`,
      `c remove ${names[0]} ${names[1]}`,
    ].toSorted(),
  );
  t.deepEqual(
    peers.told.slice(4).toSorted(),
    ["b", "c"].map((id) => `${id} drop ${names.join(" ")}`),
  );
});

test("a member that cannot be reached removes nothing and does not hold up a delete", async (t) => {
  const { coherence, peers, group, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  peers.down.add("b");
  peers.down.add("c");
  group.store.put(name, key("1"), undefined);
  t.is(await coherence.remove([name]), 1);
  t.true(peers.told.includes(`b remove ${name}`));
});

test("a failure that is no unreachable member is not hidden", async (t) => {
  const { coherence, peers, membership } = createNode();
  peers.remove = () => Promise.reject(new TypeError("broken"));
  await t.throwsAsync(coherence.remove([keyOwnedBy("b", membership)]), { message: "broken" });
});

test("a node that is alone deletes, counts, looks and flushes at home", async (t) => {
  const { lone, group } = createNode();
  group.store.put(key("scores:Tom"), key("630"), undefined);
  group.store.put(key("scores:Jack"), key("589"), undefined);
  t.is(await lone.count(), 2);
  t.is((await lone.look(key("scores:Tom"))).kind, "value");
  t.is(await lone.remove([key("scores:Tom"), key("scores:Tom")]), 1);
  await lone.flush();
  t.is(await lone.count(), 0);
});

test("flushing here empties every group and voids everything under way", (t) => {
  const { coherence, group, other } = createNode();
  const flights = [group, other].flatMap((each) => {
    each.store.put(key("scores:Tom"), key("1"), undefined);
    each.mirrors!.put(key("scores:Jack"), key("1"), undefined);
    return [startFlight(each.loads, key("x")).flight, startFlight(each.forwards, key("y")).flight];
  });
  coherence.flushHere();
  t.true(flights.every((flight) => flight.voided));
  t.true(
    [group, other].every((each) => each.store.figures().entries + each.mirrors!.figures().entries === 0),
  );
});

test("a flush empties this node and all others, twice, and passes over who cannot be reached", async (t) => {
  const { coherence, peers, group } = createNode();
  group.store.put(key("scores:Tom"), key("1"), undefined);
  peers.down.add("c");
  peers.hold = [];
  const flushed = coherence.flush();
  t.is(coherence.countHere(), 0);
  group.mirrors!.put(key("scores:Tom"), key("1"), undefined);
  for (const held of peers.hold) held.resolve();
  await turn();
  t.is(group.mirrors!.figures().entries, 0);
  for (const held of peers.hold) held.resolve();
  await flushed;
  t.deepEqual(peers.told, ["b flush", "c flush", "b drop all", "c drop all"]);
});

test("the count is of all members that can be reached, without copies", async (t) => {
  const { coherence, peers, group, other } = createNode();
  group.store.put(key("scores:Tom"), key("1"), undefined);
  other.store.put(key("other:Tom"), key("1"), undefined);
  group.mirrors!.put(key("scores:Jack"), key("1"), undefined);
  peers.counts.b = 10;
  peers.counts.c = 100;
  t.is(await coherence.count(), 112);
  peers.down.add("c");
  t.is(await coherence.count(), 12);
});

test("the owner is asked what it knows of a key", async (t) => {
  const { coherence, peers, group, membership } = createNode();
  const theirs = keyOwnedBy("b", membership);
  t.deepEqual(await coherence.look(theirs), GLIMPSE);
  const own = keyOwnedBy("a", membership);
  group.store.put(own, key("630"), 500);
  t.like(await coherence.look(own), { kind: "value", bytes: 3, ttlMs: 500 });
  t.deepEqual(peers.told, [`b look ${theirs}`]);
});

test("while the owner is down its stand-in is asked, else what is here is all there is", async (t) => {
  const { coherence, peers, group, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  peers.down.add("b");
  peers.down.add("c");
  group.store.put(name, key("1"), undefined);
  t.is((await coherence.look(name)).kind, "value");
  t.deepEqual(peers.told, []);
  peers.down.clear();
  peers.look = () => Promise.reject(new PeerUnreachable("b", "link broken"));
  t.is((await coherence.look(name)).kind, "value");
});

test("nothing is known of a key that has no group", (t) => {
  t.is(createNode().coherence.lookHere(key("nobody's")).kind, "missing");
});

test("a change of the ring tells who leaves first, then takes it, then tells the others", async (t) => {
  const { coherence, peers, membership } = createNode();
  peers.hold = [];
  const changed = coherence.changeRing(["a", "b"]);
  await turn();
  t.deepEqual(peers.told, ["c ring 1 a,b"]);
  t.is(membership.epoch, 0);
  peers.hold[0]!.resolve();
  await turn();
  t.deepEqual(membership.members, ["a", "b"]);
  t.deepEqual(peers.told.slice(1), ["b ring 1 a,b"]);
  peers.hold[1]!.resolve();
  t.deepEqual(await changed, []);
});

test("a member that is added is told once its link is up", async (t) => {
  const { coherence, peers, onSleep } = createNode();
  peers.down.add("d");
  onSleep((times) => times === 3 && peers.down.delete("d"));
  t.deepEqual(await coherence.changeRing(["a", "b", "c", "d"]), []);
  t.true(peers.told.includes("d ring 1 a,b,c,d"));
});

test("a change says who did not take it, whether it refused or could not be reached", async (t) => {
  const { coherence, peers, sleeps } = createNode();
  peers.refusing.add("b");
  peers.down.add("c");
  t.deepEqual(await coherence.changeRing(["a", "b", "c"]), ["b", "c"]);
  t.is(sleeps(), 200);
});

test("a member that leaves and cannot be reached is named too", async (t) => {
  const { coherence, peers, membership } = createNode();
  peers.down.add("c");
  t.deepEqual(await coherence.changeRing(["a", "b"]), ["c"]);
  t.deepEqual(membership.members, ["a", "b"]);
});

test("a node that takes itself out tells all others before it goes on alone", async (t) => {
  const { coherence, peers, membership } = createNode();
  t.deepEqual(await coherence.changeRing(["b", "c"]), []);
  t.deepEqual(peers.told, ["b ring 1 b,c", "c ring 1 b,c"]);
  t.deepEqual(membership.members, ["a"]);
});

test("a node whose ring was overtaken meanwhile says that it did not take the change itself", async (t) => {
  const { coherence, peers, membership } = createNode();
  peers.hold = [];
  const changed = coherence.changeRing(["a", "b"]);
  await turn();
  membership.take(5, ["a", "b", "c"]);
  peers.refusing.add("b").add("c");
  const held = peers.hold;
  peers.hold = undefined;
  held[0]!.resolve();
  t.deepEqual(await changed, ["a", "b", "c"]);
  t.deepEqual(membership.members, ["a", "b", "c"]);
});
