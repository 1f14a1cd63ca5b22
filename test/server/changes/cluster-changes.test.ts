/**
 * Goal: a delete and a flush reach every member in the right order, and a delete says how many entries it removed.
 * Method: node `a` of the ring a, b, c with real stores and flights; its peers note what they are told and answer when the
 * test says so. That no read is stale after all this is shown in test/sim.
 */
import test from "ava";
import { key, keyOwnedBy, startFlight, turn } from "../fakes.ts";
import { createNode } from "../node-with-fake-peers.ts";

test("a delete is done here at once, tells every member in one round, and is answered when all have answered", async (t) => {
  const { changes, peers, group, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  peers.hold = [];
  group.mirrors!.put(name, key("1"), undefined);
  const forward = startFlight(group.forwards, name).flight;
  let acknowledged = false;
  const removed = Promise.resolve(changes.remove([name])).then(() => {
    acknowledged = true;
  });
  t.is(group.mirrors!.look(name).kind, "missing");
  t.true(forward.voided);
  t.deepEqual(peers.told, [`b remove ${name}`, `c remove ${name}`]);
  peers.hold[0]!.resolve();
  await turn();
  t.false(acknowledged);
  peers.hold[1]!.resolve();
  await removed;
  t.is(peers.told.length, 2);
});

test("a delete counts what the owners held, each key once, however often it is named", async (t) => {
  const { changes, holdings, peers, group, membership } = createNode();
  const [own, theirs] = [keyOwnedBy("a", membership), keyOwnedBy("b", membership)];
  group.store.put(own, key("1"), undefined);
  group.store.put(theirs, key("1"), undefined);
  peers.counts.b = 1;
  peers.counts.c = 0;
  t.is(await changes.remove([own, theirs, Buffer.from(own), Buffer.from(theirs)]), 1 + 1);
  t.is(holdings.countHere(0), 0);
  t.true(peers.told.includes(`b remove ${own} ${theirs}`));
});

test("all members are told of all keys, whoever owns them", async (t) => {
  const { changes, peers, membership } = createNode();
  const names = ["a", "b", "c"].map((owner) => keyOwnedBy(owner, membership));
  await changes.remove(names);
  t.deepEqual(
    peers.told,
    ["b", "c"].map((id) => `${id} remove ${names.join(" ")}`),
  );
});

test("a member that cannot be reached removes nothing and does not hold up a delete", async (t) => {
  const { changes, peers, group, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  peers.down.add("b");
  peers.down.add("c");
  group.store.put(name, key("1"), undefined);
  t.is(await changes.remove([name]), 1);
  t.true(peers.told.includes(`b remove ${name}`));
});

test("a delete rejects with any failure of the announcement", async (t) => {
  const { changes, peers, membership } = createNode();
  peers.announce = () => Promise.reject(new TypeError("broken"));
  await t.throwsAsync(async () => changes.remove([keyOwnedBy("b", membership)]), { message: "broken" });
});

test("a node that is alone deletes, counts, looks and flushes by itself", async (t) => {
  const { lone, group } = createNode();
  group.store.put(key("scores:Tom"), key("630"), undefined);
  group.store.put(key("scores:Jack"), key("589"), undefined);
  t.is(await lone.holdings.count(0), 2);
  t.is((await lone.holdings.look(key("scores:Tom"))).kind, "value");
  t.is(await lone.changes.remove([key("scores:Tom"), key("scores:Tom")]), 1);
  await lone.changes.flush();
  t.is(await lone.holdings.count(0), 0);
});

test("a flush empties this node and all others, and passes over members that cannot be reached", async (t) => {
  const { changes, holdings, peers, group } = createNode();
  group.store.put(key("scores:Tom"), key("1"), undefined);
  group.mirrors!.put(key("scores:Jack"), key("1"), undefined);
  peers.down.add("c");
  const flushed = changes.flush();
  t.is(holdings.countHere(0), 0);
  t.is(group.mirrors!.figures().entries, 0);
  await flushed;
  t.deepEqual(peers.told, ["b flush", "c flush"]);
});

test("a database is flushed slowly here and at all others", async (t) => {
  const { changes, lone, holdings, peers, group } = createNode();
  const fill = () => group.store.put(key("scores:Tom"), key("1"), undefined);
  fill();
  await lone.changes.flushSlowly(0);
  t.is(holdings.countHere(0), 0);
  fill();
  group.mirrors!.put(key("scores:Jack"), key("1"), undefined);
  await changes.flushSlowly(0);
  t.is(holdings.countHere(0), 0);
  t.is(group.mirrors!.figures().entries, 0);
  t.deepEqual(peers.told, ["b flush slowly", "c flush slowly"]);
});

test("what another member announces is done here, and nobody is told of it", async (t) => {
  const { changes, holdings, peers, group, membership } = createNode();
  const [own, theirs] = [keyOwnedBy("a", membership), keyOwnedBy("b", membership)];
  for (const name of [own, theirs]) group.store.put(name, key("1"), undefined);
  const version = { counter: 1, author: "b" };
  t.is(await changes.heard({ keys: [own, theirs] }, version), 1, "what this node owns");
  t.is(holdings.countHere(0), 0);
  for (const name of [own, theirs]) group.store.put(name, key("1"), undefined);
  t.is(await changes.heard({ keys: [own], isBar: true, keepsEntries: true }, version), 0);
  t.is(holdings.countHere(0), 2, "a bar deletes nothing");
  await changes.heard({ keys: [], flush: { database: undefined, isSlow: false } }, version);
  t.is(group.store.figures().entries, 0);
  t.deepEqual(peers.told, []);
});
