/**
 * Goal: a change that a member announces reaches every other member once and in order, whatever its link does meanwhile, and
 * no copy is kept that may be older than it. Method: members over a network in memory, in virtual time.
 */
import test from "ava";
import type { Peers } from "../../cluster/peers.ts";
import { Members } from "./members.ts";
import { PlainStore } from "./plain-store.ts";

const FLUSH = { keys: [], flush: { database: undefined, isSlow: false } };
const bytes = (text: string) => Buffer.from(text, "latin1");
const notRing = (call: string) => !call.startsWith("ring");

test("a delete of more keys than one frame takes removes them all", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  const keys = Array.from({ length: 600 }, (_, i) => Buffer.alloc(1000, `${i}.`));
  for (const key of keys) b.store.entries.set(key.toString("latin1"), bytes("v"));
  t.is(await members.done(a.peers.announce({ keys })), 600);
  t.true(b.store.calls.length > 1);
});

test("deletes that a member missed reach it before any answer, after its restart too", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  await members.done(b.peers.close());
  await members.logged(a, /b:1: link is down/);
  t.is(await members.done(a.peers.announce({ keys: [bytes("x"), bytes("y")] })), 0);
  t.is(await members.done(a.peers.announce({ keys: [bytes("z")] })), 0);
  const store = new PlainStore();
  for (const key of ["x", "y", "z"]) store.entries.set(key, bytes("stale"));
  await members.start("b:1", {}, store);
  await members.logged(a, /b:1: link is up/, 2);
  t.is((await members.get(a, "b:1", bytes("x"), 1000)).kind, "absent");
  t.deepEqual(store.calls.filter(notRing), ["remove x,y", "remove z", "get x"]);
  t.is(a.peers.figures("b:1")?.reconnects, 1);
});

test("a delete that was sent but not answered when the link broke is sent again", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  b.store.change = () => {
    throw new Error("dies in the middle");
  };
  t.is(await members.done(a.peers.announce({ keys: [bytes("x")] })), 0);
  const removed = new Promise<readonly Uint8Array[]>((resolve) => {
    b.store.change = ({ keys }) => {
      resolve(keys);
      return 0;
    };
  });
  t.is(Buffer.from((await members.done(removed))[0]!).toString(), "x");
});

test("a delete that has been done is not done again after a break, and one key that changes often counts once", async (t) => {
  const members = new Members();
  const [a, b] = await members.pair();
  await members.done(a.peers.announce({ keys: [bytes("done")] }));
  members.network.cut("a", "b");
  await members.logged(a, /b:1: link is down/);
  for (let i = 0; i < 6000; i++) await members.done(a.peers.announce({ keys: [bytes("often")] }));
  members.network.heal("a", "b");
  await members.logged(a, /b:1: link is up/, 2);
  t.is((await members.get(a, "b:1", bytes("often"), 1000)).kind, "absent");
  t.deepEqual(b.store.calls.filter(notRing), ["remove done", "remove often", "get often"]);
});

const misses: Record<string, (peers: Peers) => Promise<unknown>> = {
  "a flush": (peers) => peers.announce(FLUSH),
  "more deletes than are remembered": (peers) =>
    peers.announce({ keys: Array.from({ length: 70_000 }, (_, i) => bytes(`k${i}`)) }),
};

for (const [name, miss] of Object.entries(misses)) {
  test(`${name} missed by a member reach it as a flush, before any answer`, async (t) => {
    const members = new Members();
    const a = await members.start("a:1");
    a.peers.setMembers(["a:1", "b:1"]);
    t.is(await members.done(miss(a.peers)), 0);
    const b = await members.start("b:1");
    b.store.entries.set("k", bytes("stale"));
    await members.logged(a, /b:1: link is up/);
    t.is((await members.get(a, "b:1", bytes("k"), 1000)).kind, "absent");
    t.deepEqual(b.store.calls.filter(notRing), ["flush", "get k"]);
  });
}

test("a copy of what a member answers may not be kept while it has not heard what the asker has heard", async (t) => {
  const members = new Members();
  const ids = ["a:1", "b:1", "c:1"];
  const [a, b, c] = await Promise.all(ids.map((id) => members.start(id)));
  for (const { peers } of [a!, b!, c!]) peers.setMembers(ids);
  const isLinked = (from: { readonly peers: Peers }, own: string) =>
    ids.every((id) => id === own || from.peers.isUp(id));
  await members.time.until("all links", () => [a!, b!, c!].every((from, i) => isLinked(from, ids[i]!)));
  b!.store.entries.set("k", bytes("old"));
  members.network.slow("c", "b", 100);
  const told = c!.peers.announce({ keys: [bytes("k")] });
  await members.time.until("a to hear", () => a!.store.calls.includes("remove k"));
  t.like(await members.get(a!, "b:1", bytes("k")), { kind: "value", isBehind: true });
  t.like(await members.get(a!, "b:1", bytes("other")), { kind: "absent", isBehind: undefined });
  await members.done(told);
  b!.store.entries.set("k", bytes("new"));
  t.like(await members.get(a!, "b:1", bytes("k")), { kind: "value", isBehind: undefined });
});
