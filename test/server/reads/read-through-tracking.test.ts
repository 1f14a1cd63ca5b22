/**
 * Goal: the owner notes this node before it reads a key for a client that tracks. Method: node `a` of the ring a, b, c; its
 * peers and its loader answer when the test says so.
 */

import test from "ava";
import { HotKeys } from "../../../cluster/hot-keys.ts";
import type { Outcome } from "../../../cluster/outcome.ts";
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
  FakeTracker,
  found,
  Held,
  HeldLoader,
  hash,
  keyOwnedBy,
  textOf,
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
    ...{ tracking, peerTimeoutMs: () => 500 },
    hotKeys: new HotKeys({ hash, seed: 1, clock: clock.read }),
    loads: new LocalLoads({ clock: clock.read, random: () => 0, loadLatency: new Latency(), tracking }),
  };
  const readThrough = (own: FakePeers | undefined) =>
    new ReadThrough({ ...options, peers: own, owners: new Owners({ membership, peers: own }) });
  const node = readThrough(peers);
  const lone = readThrough(undefined);
  return { node, lone, clock, loader, peers, membership, group, tracking };
}

/** A client's GET that neither store nor mirrors could answer. */
function missed(node: ReadThrough, group: Group, name: Buffer): Promise<Outcome> {
  return new Promise((resolve) => node.missed(group, name, resolve));
}

/** The GET of a client that tracks. */
async function readTracked(node: ReadThrough, group: Group, name: Buffer): Promise<Outcome> {
  return node.get(group, name, new FakeTracker());
}

test("a tracked GET has the owner note this node, and does not join a plain forward", async (t) => {
  const { node, peers, group, membership } = createNode();
  const name = keyOwnedBy("b", membership);
  const plain = missed(node, group, name);
  const tracked = [readTracked(node, group, name), readTracked(node, group, name)];
  t.deepEqual(
    peers.asked.map(({ argument }) => argument.isTracked),
    [false, true],
  );
  peers.asked[0]!.resolve(found("old"));
  peers.asked[1]!.resolve(found("new"));
  t.deepEqual((await Promise.all([plain, ...tracked])).map(textOf), ["old", "new", "new"]);
});
