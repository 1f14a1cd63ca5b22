/**
 * Goal: reads of clients that track are noted at the owner before it reads, and a load tells exactly those whom it proves
 * wrong. Method: node `a` of the ring a, b, c; its peers and its loader answer when the test says so.
 */

import test from "ava";
import { HotKeys } from "../../../cluster/hot-keys.ts";
import type { Outcome } from "../../../cluster/outcome.ts";
import type { GetWaiter } from "../../../cluster/requests.ts";
import type { GroupConf } from "../../../server/conf/conf.ts";
import { Latency } from "../../../server/counters/latency.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { ReadThrough } from "../../../server/reads/read-through.ts";
import {
  createGroup,
  createMembership,
  createTracking,
  endWith,
  FakeClock,
  FakeTracker,
  found,
  Held,
  HeldLoader,
  hash,
  key,
  keyOwnedBy,
  textOf,
  turn,
} from "../fakes.ts";

class FakePeers {
  readonly asked: Held<{ readonly isTracked: boolean }, Outcome>[] = [];
  #tracked: string | undefined;

  isUp(): boolean {
    return true;
  }

  track(id: string, bytes: Uint8Array): void {
    this.#tracked = `${id} ${Buffer.from(bytes)}`;
  }

  get(id: string, bytes: Uint8Array, waiter: GetWaiter): void {
    const held = new Held<{ readonly isTracked: boolean }, Outcome>({
      isTracked: this.#tracked === `${id} ${Buffer.from(bytes)}`,
    });
    this.#tracked = undefined;
    this.asked.push(held);
    endWith(waiter, held.promise);
  }
}

function createNode(conf: Partial<GroupConf> = {}) {
  const clock = new FakeClock();
  const loader = new HeldLoader();
  const peers = new FakePeers();
  const membership = createMembership("a", ["a", "b", "c"]);
  const group = createGroup({ conf, loader, clock: clock.read });
  const tracking = createTracking(new Groups([group]), clock.read);
  const options = {
    ...{ membership, clock: clock.read, random: () => 0, tracking, peerTimeoutMs: () => 500 },
    hotKeys: new HotKeys({ hash, seed: 1, clock: clock.read }),
    loadLatency: new Latency(),
  };
  const node = new ReadThrough({ ...options, peers });
  const lone = new ReadThrough({ ...options, peers: undefined });
  return { node, lone, clock, loader, peers, membership, group, tracking };
}

test("who tracks asks the owner to note this node, apart from those who do not", async (t) => {
  const { node, peers, group, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  const plain = node.missed(group, name);
  const tracked = [node.missed(group, name, true), node.missed(group, name, true)];
  t.deepEqual(
    peers.asked.map(({ argument }) => argument.isTracked),
    [false, true],
  );
  peers.asked[0]!.resolve(found("old"));
  peers.asked[1]!.resolve(found("new"));
  t.deepEqual((await Promise.all([plain, ...tracked])).map(textOf), ["old", "new", "new"]);
});

test("a load tells those who found the key missing, and not those who wait for it", async (t) => {
  const { lone, loader, group, tracking } = createNode();
  const [looked, waits] = [new FakeTracker(), new FakeTracker()];
  tracking.readsFor([], [key("scores:a")], looked);
  tracking.readsFor([key("scores:a")], [], waits);
  const outcome = lone.missed(group, key("scores:a"), true);
  loader.loads[0]!.resolve("v1");
  t.is(textOf(await outcome), "v1");
  t.deepEqual([looked.told, waits.told], [["scores:a"], []]);
});

test("a load whose value is not kept tells those who have read it, as nobody else will", async (t) => {
  const { lone, loader, group, tracking } = createNode({ negativeTtlMs: 0 });
  const waits = new FakeTracker();
  tracking.readsFor([key("scores:a")], [], waits);
  const outcome = lone.missed(group, key("scores:a"), true);
  loader.loads[0]!.resolve(null);
  t.is(textOf(await outcome), "absent");
  t.deepEqual(waits.told, ["scores:a"]);
});

for (const [now, told] of [
  ["v1", []],
  ["v2", ["scores:a"]],
] as const) {
  test(`a load that finds an entry there tells its readers when the bytes differ: v1, ${now}`, async (t) => {
    const { lone, loader, group, tracking, clock } = createNode();
    const reader = new FakeTracker();
    const outcome = lone.missed(group, key("scores:a"), true);
    group.store.put(key("scores:a"), key("v1"), 1000);
    tracking.readsFor([key("scores:a")], [], reader);
    loader.loads[0]!.resolve({ value: now, ttlMs: 5000 });
    await outcome;
    t.deepEqual(reader.told, told);
    clock.advance(4000);
    tracking.expire();
    await turn();
    t.deepEqual(reader.told, told, "with the same bytes it lives on");
    clock.advance(1200);
    tracking.expire();
    await turn();
    t.deepEqual(reader.told, ["scores:a"]);
  });
}

test("the same bytes with a shorter life are told of when that is over", async (t) => {
  const { lone, loader, group, tracking, clock } = createNode();
  const reader = new FakeTracker();
  const outcome = lone.missed(group, key("scores:a"), true);
  group.store.put(key("scores:a"), key("v1"), 50_000);
  tracking.readsFor([key("scores:a")], [], reader);
  loader.loads[0]!.resolve({ value: "v1", ttlMs: 5000 });
  await outcome;
  clock.advance(5100);
  tracking.expire();
  await turn();
  t.deepEqual(reader.told, ["scores:a"]);
});
