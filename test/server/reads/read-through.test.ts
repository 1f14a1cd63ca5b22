/**
 * Goal: a miss is loaded once, by the right node, and kept exactly as long as it may be. Method: one node `a` of the
 * ring a, b, c with real stores and flights; its peers and its loader answer when the test says so. What several nodes
 * do together is in test/sim.
 */

import test from "ava";
import { HotKeys } from "../../../cluster/hot-keys.ts";
import type { Outcome } from "../../../cluster/outcome.ts";
import { PeerUnreachable } from "../../../cluster/peer-unreachable.ts";
import type { GetWaiter } from "../../../cluster/requests.ts";
import type { GroupConf } from "../../../server/conf/conf.ts";
import { Latency } from "../../../server/counters/latency.ts";
import { type Group, Groups } from "../../../server/groups/groups.ts";
import { Owners } from "../../../server/members/owners.ts";
import { LocalLoads } from "../../../server/reads/local-loads.ts";
import { ReadThrough } from "../../../server/reads/read-through.ts";
import {
  createGroup,
  createMembership,
  createTracking,
  endWith,
  FakeClock,
  found,
  Held,
  HeldLoader,
  hash,
  key,
  keyOwnedBy,
  textOf,
  turn,
} from "../fakes.ts";

interface Asked {
  readonly id: string;
  readonly key: string;
  readonly timeoutMs: number;
}

class FakePeers {
  readonly up = new Set(["b", "c"]);
  readonly asked: Held<Asked, Outcome>[] = [];

  isUp(id: string): boolean {
    return this.up.has(id);
  }

  track(): void {}

  get(id: string, bytes: Uint8Array, waiter: GetWaiter): void {
    const { timeoutMs } = waiter;
    const held = new Held<Asked, Outcome>({ id, key: Buffer.from(bytes).toString(), timeoutMs });
    this.asked.push(held);
    endWith(waiter, held.promise);
  }

  get ids(): string[] {
    return this.asked.map(({ argument }) => argument.id);
  }
}

/** A key is hot the third time it is forwarded. */
function createNode(conf: Partial<GroupConf> = {}, { mirrors = true, random = (): number => 0 } = {}) {
  const clock = new FakeClock();
  const loader = new HeldLoader();
  const peers = new FakePeers();
  const membership = createMembership("a", ["a", "b", "c"]);
  const group = createGroup({ conf, loader, clock: clock.read, mirrors });
  const loadLatency = new Latency();
  const hotKeys = new HotKeys({ hash, seed: 1, clock: clock.read });
  const peerTimeoutMs = () => 500;
  const tracking = createTracking(new Groups([group]), clock.read);
  const loads = new LocalLoads({ clock: clock.read, random, loadLatency, tracking });
  const options = { hotKeys, loads, tracking, peerTimeoutMs };
  const readThrough = (own: FakePeers | undefined) =>
    new ReadThrough({ ...options, peers: own, owners: new Owners({ membership, peers: own }) });
  const node = readThrough(peers);
  const lone = readThrough(undefined);
  return { node, lone, clock, loader, peers, membership, group, loadLatency };
}

/** A client's GET that neither store nor mirrors could answer. */
function missed(node: ReadThrough, group: Group, name: Buffer): Promise<Outcome> {
  return new Promise((resolve) => node.missed(group, name, resolve));
}

const PREFIX = "scores:".length;

/** The successor of `owner` for a key: the member that is asked when `owner` is not up. */
function successorOf(owner: string, bytes: Buffer): string {
  return createMembership("a", ["a", "b", "c"]).ring.ownerAmong(bytes, (id) => id !== owner)!;
}

/** A key of `owner` that would fall to `successor`. */
function keyFallingTo(owner: string, successor: string): Buffer {
  const { membership } = createNode();
  for (let i = 0; ; i++) {
    const candidate = keyOwnedBy(owner, membership, `scores:${i}:`);
    if (successorOf(owner, candidate) === successor) return candidate;
  }
}

test("many clients' misses of another member's key are one forward", async (t) => {
  const { node, peers, loader, group, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  const outcomes = Array.from({ length: 1000 }, () => missed(node, group, Buffer.from(name)));
  t.deepEqual(
    peers.asked.map(({ argument }) => [argument.id, argument.key]),
    [["b", name.toString()]],
  );
  peers.asked[0]!.resolve(found("v1"));
  t.deepEqual(new Set((await Promise.all(outcomes)).map(textOf)), new Set(["v1"]));
  t.is(loader.loads.length, 0);
  t.is(group.counters.forwards, 1);
  t.is(group.counters.flightsJoined, 999);
  t.is(group.store.look(name).kind, "missing");
});

test("a forward waits longer than the owner's load may take", (t) => {
  const { node, peers, group, membership } = createNode({ loaderTimeoutMs: 2000 });
  void missed(node, group, keyOwnedBy("b", membership));
  t.true(peers.asked[0]!.argument.timeoutMs > 2000);
});

test("many clients' misses of an own key are one load, and the value is kept", async (t) => {
  const { node, peers, loader, group, membership, loadLatency } = createNode();
  const name = keyOwnedBy("a", membership);
  const outcomes = Array.from({ length: 1000 }, () => missed(node, group, Buffer.from(name)));
  t.deepEqual(
    loader.loads.map((load) => load.argument),
    [name.toString().slice(PREFIX)],
  );
  loader.loads[0]!.resolve("v1");
  t.deepEqual(new Set((await Promise.all(outcomes)).map(textOf)), new Set(["v1"]));
  t.is(group.store.get(name)?.value?.toString(), "v1");
  t.is(peers.asked.length, 0);
  t.is(group.counters.loads, 1);
  t.is(loadLatency.snapshot().count, 1);
});

test("a node that is alone loads every key", async (t) => {
  const { lone, loader, group, membership } = createNode();
  const outcomes = ["a", "b", "c"].map((owner) => missed(lone, group, keyOwnedBy(owner, membership)));
  for (const load of loader.loads) load.resolve("v");
  t.deepEqual((await Promise.all(outcomes)).map(textOf), ["v", "v", "v"]);
});

test("a peer's request is never forwarded, whichever member owns the key", async (t) => {
  const { node, peers, loader, group, membership } = createNode();
  for (const [i, owner] of ["a", "b", "c"].entries()) {
    const outcome = node.getForPeer(group, keyOwnedBy(owner, membership));
    loader.loads[i]!.resolve("v");
    t.is(textOf(await outcome), "v");
  }
  t.is(peers.asked.length, 0);
  t.is(group.counters.peerRequests, 3);
});

test("a peer's request does not wait for a forward of the same key", async (t) => {
  const { node, peers, loader, group, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  const forwarded = missed(node, group, name);
  const requested = node.getForPeer(group, name);
  loader.loads[0]!.resolve("loaded here");
  t.is(textOf(await requested), "loaded here");
  peers.asked[0]!.resolve(found("from b"));
  t.is(textOf(await forwarded), "from b");
});

test("a peer's request is answered from the store, a cached not-found too", async (t) => {
  const { node, group, clock } = createNode();
  group.store.put(key("scores:v"), key("v1"), 10_000);
  group.store.put(key("scores:n"), null, 10_000);
  clock.advance(4000);
  t.deepEqual(await node.getForPeer(group, key("scores:v")), found("v1", 6000));
  t.deepEqual(await node.getForPeer(group, key("scores:n")), { kind: "absent", ttlMs: 6000 });
  t.is(group.counters.hits, 1);
  t.is(group.counters.negativeHits, 1);
});

test("a large value of the store is lent to a peer's request, if it can be, and counted as a hit", (t) => {
  const { node, group } = createNode();
  group.store.put(key("scores:v"), key("v1"), 10_000);
  const lent: unknown[] = [];
  const use = (value: Uint8Array, ttlMs: number | undefined) => void lent.push(String(value), ttlMs);
  t.is(node.getForPeer(group, key("scores:v"), { leastBytes: 2, use }), undefined);
  t.deepEqual(node.getForPeer(group, key("scores:v"), { leastBytes: 3, use }), found("v1", 10_000));
  t.deepEqual([lent, group.counters.hits], [["v1", 10_000], 2]);
});

test("a client that keeps the value of another member has a copy", async (t) => {
  const { node, peers, group, membership } = createNode();
  const outcome = node.get(group, keyOwnedBy("b", membership), undefined);
  const view = key("v1");
  peers.asked[0]!.resolve({ kind: "value", value: view, ttlMs: undefined });
  await turn();
  view.fill("x");
  t.is(textOf(await outcome), "v1");
});

test("clients and peers that ask for one key wait for one load", async (t) => {
  const { node, loader, group, membership } = createNode();
  const name = keyOwnedBy("a", membership);
  const outcomes = [missed(node, group, name), node.getForPeer(group, name), node.getForPeer(group, name)];
  loader.loads[0]!.resolve("v");
  t.deepEqual((await Promise.all(outcomes)).map(textOf), ["v", "v", "v"]);
  t.is(loader.loads.length, 1);
});

test("when the owner cannot be reached its successor is asked", async (t) => {
  const { node, peers, group } = createNode();
  const outcome = missed(node, group, keyFallingTo("b", "c"));
  peers.up.delete("b");
  peers.asked[0]!.reject(new PeerUnreachable("b", "link broken"));
  await turn();
  t.deepEqual(peers.ids, ["b", "c"]);
  peers.asked[1]!.resolve(found("from c"));
  t.is(textOf(await outcome), "from c");
});

test("an owner that is known to be down is not asked at all", async (t) => {
  const { node, peers, group } = createNode();
  peers.up.delete("b");
  const outcome = missed(node, group, keyFallingTo("b", "c"));
  t.deepEqual(peers.ids, ["c"]);
  peers.asked[0]!.resolve(found("from c"));
  t.is(textOf(await outcome), "from c");
});

test("an owner that says it is leaving on a link that is up is not asked twice", async (t) => {
  const { node, peers, group } = createNode();
  void missed(node, group, keyFallingTo("b", "c"));
  peers.asked[0]!.reject(new PeerUnreachable("b", "shutting down"));
  await turn();
  t.deepEqual(peers.ids, ["b", "c"]);
});

test("when this node is the successor it loads, and keeps the value", async (t) => {
  const { node, peers, loader, group } = createNode();
  const name = keyFallingTo("b", "a");
  const outcome = missed(node, group, name);
  peers.asked[0]!.reject(new PeerUnreachable("b", "link broken"));
  await turn();
  loader.loads[0]!.resolve("v");
  t.is(textOf(await outcome), "v");
  t.is(group.store.look(name).kind, "value");
  t.is(group.counters.standIns, 1);
  t.deepEqual(peers.ids, ["b"]);
});

test("when the successor cannot be reached either this node loads", async (t) => {
  const { node, peers, loader, group } = createNode();
  const outcome = missed(node, group, keyFallingTo("b", "c"));
  peers.asked[0]!.reject(new PeerUnreachable("b", "link broken"));
  await turn();
  peers.asked[1]!.reject(new PeerUnreachable("c", "link broken"));
  await turn();
  loader.loads[0]!.resolve("v");
  t.is(textOf(await outcome), "v");
  t.deepEqual(peers.ids, ["b", "c"]);
});

test("a stand-in does not load again what it has loaded for a peer meanwhile", async (t) => {
  const { node, peers, loader, group } = createNode();
  const name = keyFallingTo("b", "a");
  const outcome = missed(node, group, name);
  const requested = node.getForPeer(group, name);
  loader.loads[0]!.resolve("v1");
  await requested;
  peers.asked[0]!.reject(new PeerUnreachable("b", "link broken"));
  t.is(textOf(await outcome), "v1");
  t.is(loader.loads.length, 1);
});

test("a stand-in joins the load that a peer waits for", async (t) => {
  const { node, peers, loader, group } = createNode();
  const name = keyFallingTo("b", "a");
  const outcomes = [missed(node, group, name), node.getForPeer(group, name)];
  peers.asked[0]!.reject(new PeerUnreachable("b", "link broken"));
  await turn();
  loader.loads[0]!.resolve("v1");
  t.deepEqual((await Promise.all(outcomes)).map(textOf), ["v1", "v1"]);
  t.is(loader.loads.length, 1);
});

test("an error that a peer answers with is passed on and not tried again", async (t) => {
  const { node, peers, loader, group, membership } = createNode();
  const outcome = missed(node, group, keyOwnedBy("b", membership));
  peers.asked[0]!.resolve({ kind: "error", text: "loader failed: broken" });
  t.is(textOf(await outcome), "error: loader failed: broken");
  t.is(peers.asked.length, 1);
  t.is(loader.loads.length, 0);
});

test("a failed load is an error for every waiter, is not kept, and the key works at the next GET", async (t) => {
  const { node, loader, group, membership } = createNode();
  const name = keyOwnedBy("a", membership);
  const outcomes = [missed(node, group, name), missed(node, group, name)];
  loader.loads[0]!.reject(new Error("broken"));
  t.deepEqual((await Promise.all(outcomes)).map(textOf), new Array(2).fill("error: loader failed: broken"));
  t.is(group.store.look(name).kind, "missing");
  t.is(group.counters.loadErrors, 1);
  const next = missed(node, group, name);
  loader.loads[1]!.resolve("v");
  t.is(textOf(await next), "v");
});

/** Forwards a key until it is hot, and once more each time it is called. */
async function forward({ node, peers, group }: ReturnType<typeof createNode>, name: Buffer, answer: Outcome) {
  const outcome = missed(node, group, name);
  peers.asked.at(-1)!.resolve(answer);
  return outcome;
}

test("a key is mirrored when it is hot, not before", async (t) => {
  const all = createNode();
  const name = keyOwnedBy("b", all.membership);
  const kinds: string[] = [];
  for (let i = 0; i < 3; i++) {
    await forward(all, name, found("v1"));
    kinds.push(all.group.mirrors!.look(name).kind);
  }
  t.deepEqual(kinds, ["missing", "missing", "value"]);
  t.is(all.group.mirrors!.get(name)?.value?.toString(), "v1");
});

for (const [left, lease] of [
  [undefined, 30_000],
  [3_600_000, 30_000],
  [700, 700],
] as const) {
  test(`a mirror of an entry with ${left ?? "endless"} ms to live is kept for ${lease} ms`, async (t) => {
    const all = createNode();
    const name = keyOwnedBy("b", all.membership);
    for (let i = 0; i < 3; i++) await forward(all, name, found("v1", left));
    t.is(all.group.mirrors!.look(name).ttlMs, lease);
  });
}

test("a value without life left, a not-found and an error are never mirrored", async (t) => {
  const all = createNode();
  const name = keyOwnedBy("b", all.membership);
  const answers: Outcome[] = [found("v1", 0), { kind: "absent", ttlMs: 5000 }, { kind: "error", text: "e" }];
  for (const answer of answers) for (let i = 0; i < 5; i++) await forward(all, name, answer);
  t.is(all.group.mirrors!.figures().entries, 0);
});

test("a forward that a delete has voided is answered and not mirrored", async (t) => {
  const all = createNode();
  const name = keyOwnedBy("b", all.membership);
  for (let i = 0; i < 3; i++) await forward(all, name, found("v1"));
  all.group.mirrors!.delete(name);
  const outcome = missed(all.node, all.group, name);
  all.group.forwards.void(name);
  all.peers.asked.at(-1)!.resolve(found("v1"));
  t.is(textOf(await outcome), "v1");
  t.is(all.group.mirrors!.look(name).kind, "missing");
});

test("a group without mirrors copies nothing", async (t) => {
  const all = createNode({}, { mirrors: false });
  const name = keyOwnedBy("b", all.membership);
  for (let i = 0; i < 5; i++) t.is(textOf(await forward(all, name, found("v1"))), "v1");
});

test("a load that a delete has voided is answered and not kept, and the next GET loads anew", async (t) => {
  const { node, loader, group, membership } = createNode();
  const name = keyOwnedBy("a", membership);
  const first = missed(node, group, name);
  group.loads.void(name);
  const second = missed(node, group, name);
  t.is(loader.loads.length, 2);
  loader.loads[1]!.resolve("new");
  t.is(textOf(await second), "new");
  loader.loads[0]!.resolve("old");
  t.is(textOf(await first), "old");
  t.is(group.store.get(name)?.value?.toString(), "new");
  t.is(group.counters.loadsVoided, 1);
});

test("a key that another thread missed and that has come meanwhile is a hit, also when it is known as not found", (t) => {
  const { node, loader, group, membership } = createNode();
  const name = keyOwnedBy("a", membership);
  const outcomes: Outcome[] = [];
  group.store.put(name, key("v1"), undefined);
  node.missedElsewhere(group, Buffer.from(name), (outcome) => void outcomes.push(outcome));
  group.store.put(name, null, undefined);
  node.missedElsewhere(group, Buffer.from(name), (outcome) => void outcomes.push(outcome));
  t.deepEqual(
    outcomes.map(({ kind }) => kind),
    ["value", "absent"],
  );
  t.is(loader.loads.length, 0);
  t.like(group.counters, { hits: 1, negativeHits: 1, misses: 0 });
  group.store.delete(name);
  node.missedElsewhere(group, Buffer.from(name), () => {});
  t.is(loader.loads.length, 1);
  t.is(group.counters.misses, 1);
});
