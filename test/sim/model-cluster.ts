/**
 * A cluster in one process: nodes of the real parts that decide what a GET and a DEL do (stores, flights, queues,
 * reads, changes, membership), joined by links that deliver after a random delay and in any order.
 *
 * Keeps: nothing in here waits for real time. A value is the moment at which its load began, so that a value shows how
 * old it is. Links never lose a delete. With `views: "differ"` they fail some GETs and edits, and each node believes at
 * random that some members are down, as nodes do while links break and come back.
 */

import { ChangeCounter, type Deletion, type Version } from "../../cluster/change.ts";
import type { Condition, Edited } from "../../cluster/edit.ts";
import { HotKeys } from "../../cluster/hot-keys.ts";
import { type Outcome, ownedOutcome } from "../../cluster/outcome.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import { type ChangePeers, ClusterChanges } from "../../server/changes/cluster-changes.ts";
import { Given } from "../../server/changes/given.ts";
import { LocalChanges } from "../../server/changes/local-changes.ts";
import { Latency } from "../../server/counters/latency.ts";
import { type Group, Groups } from "../../server/groups/groups.ts";
import { Owners } from "../../server/members/owners.ts";
import type { ReadPeers } from "../../server/reads/forward.ts";
import { Holdings, type LookPeers } from "../../server/reads/holdings.ts";
import { LocalLoads } from "../../server/reads/local-loads.ts";
import { ReadThrough } from "../../server/reads/read-through.ts";
import { Watches } from "../../server/tracking/watches.ts";
import { createGroup, createMembership, createTracking, endWith, hash } from "../server/fakes.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Loads take about as long as a few messages, because then loads and messages interleave most. */
const MAX_LINK_DELAY = 10;
const MAX_LOAD_TIME = 20;
const ONE_IN_UNREACHABLE = 4;
const ONE_IN_BROKEN_LOADS = 8;

export interface ModelOptions {
  readonly members: number;
  readonly views: "alike" | "differ";
  /** Whether some loads fail. */
  readonly brokenLoads: boolean;
  /** Links deliver in the order of sending, as real ones do. */
  readonly inOrder?: boolean;
}

export class ModelCluster {
  readonly nodes: ModelNode[];
  readonly time: VirtualTime;
  readonly options: ModelOptions;
  /** Loads begun, by key. */
  readonly loads = new Map<string, number>();

  constructor(time: VirtualTime, options: ModelOptions) {
    this.time = time;
    this.options = options;
    const ids = Array.from({ length: options.members }, (_, i) => `node${i}:1`);
    this.nodes = ids.map((id) => new ModelNode(this, id, ids));
  }

  /** The origin: what it has changes all the time. */
  async load(key: string): Promise<string> {
    const began = this.time.now;
    this.loads.set(key, (this.loads.get(key) ?? 0) + 1);
    await this.time.pass(MAX_LOAD_TIME);
    if (this.options.brokenLoads && this.time.pick(ONE_IN_BROKEN_LOADS) === 0) throw new Error("broken");
    return String(began);
  }

  /** One message there and one back. */
  async ask<T>(
    id: string,
    answer: (node: ModelNode) => T | Promise<T>,
    arrival: Promise<unknown> = this.time.pass(MAX_LINK_DELAY),
  ): Promise<T> {
    await arrival;
    const result = await answer(this.nodes.find((node) => node.id === id)!);
    await this.time.pass(MAX_LINK_DELAY);
    return result;
  }
}

export class ModelNode {
  readonly id: string;
  readonly changes: ClusterChanges;
  readonly local: LocalChanges;
  readonly holdings: Holdings;
  readonly readThrough: ReadThrough;
  readonly group: Group;
  /** The changes that this node has made or heard. */
  readonly heard = new Set<Version>();
  readonly #counter = new ChangeCounter();
  readonly #cluster: ModelCluster;

  constructor(cluster: ModelCluster, id: string, ids: readonly string[]) {
    this.#cluster = cluster;
    this.id = id;
    const clock = () => cluster.time.now;
    const { random } = cluster.time;
    const sizes = { maxBytes: 1 << 16, mirrorBytes: 1 << 15 };
    const loader = { load: (key: string | Uint8Array) => cluster.load(String(key)) };
    this.group = createGroup({ conf: sizes, loader, clock });
    const membership = createMembership(id, ids);
    const peers = linksOf(cluster, this);
    const groups = new Groups([this.group]);
    const tracking = createTracking(groups, clock);
    const owners = new Owners({ membership, peers });
    const given = new Given({ nextVersion: () => this.nextVersion(), settledCounter: () => 0 });
    const local = new LocalChanges({
      groups,
      tracking,
      given,
      watches: new Watches({ isHeld: () => false, isAlone: false }),
    });
    const holdings = new Holdings({ groups, membership, owners, peers, tracking });
    this.local = local;
    this.holdings = holdings;
    this.changes = new ClusterChanges({ groups, owners, peers, local, tracking, given });
    this.readThrough = new ReadThrough({
      owners,
      peers,
      loads: new LocalLoads({ clock, random, loadLatency: new Latency(), tracking, given }),
      // Every value from a peer is mirrored: the more copies, the harder for deletes.
      hotKeys: new HotKeys({ hash, seed: 1, clock, threshold: 1 }),
      tracking,
      peerTimeoutMs: () => 500,
    });
  }

  nextVersion(): Version {
    return { counter: this.#counter.tick(), author: this.id };
  }

  hearCounter(counter: number): void {
    this.#counter.hear(counter);
  }

  hear(deletion: Deletion, version: Version): number | Promise<number> {
    this.#counter.hear(version.counter);
    this.heard.add(version);
    return this.changes.heard(deletion, version);
  }

  /** A client's GET, as a connection answers it. */
  get(key: Buffer): Outcome | Promise<Outcome> {
    const held = this.group.store.get(key) ?? this.group.mirrors!.get(key);
    if (held === undefined)
      return new Promise((resolve) =>
        this.readThrough.missed(this.group, key, (outcome) => resolve(ownedOutcome(outcome))),
      );
    return held.value === null
      ? { kind: "absent", ttlMs: undefined }
      : { kind: "value", value: held.value, ttlMs: undefined };
  }

  /** A client's SET; the value is the moment at which it was sent. */
  async set(
    key: Buffer,
    conditions: readonly Condition[] = [],
    text = String(this.#cluster.time.now),
  ): Promise<string> {
    const value = Buffer.from(text);
    const edit = { conditions, value, life: "endless", wanted: undefined, isUse: false } as const;
    return (await this.changes.edit(key, edit)).changed ? "set" : "unchanged";
  }

  /** A client's DEL. */
  async remove(key: Buffer): Promise<number> {
    return this.changes.remove([key]);
  }
}

type ModelPeers = ReadPeers & LookPeers & ChangePeers & { isUp(id: string): boolean };

function linksOf(cluster: ModelCluster, self: ModelNode): ModelPeers {
  const arrivals = new Map<string, Promise<unknown>>();
  const ask = <T>(id: string, answer: (node: ModelNode) => T | Promise<T>): Promise<T> => {
    const passed = cluster.time.pass(MAX_LINK_DELAY);
    if (!cluster.options.inOrder) return cluster.ask(id, answer, passed);
    const arrival = Promise.all([arrivals.get(id), passed]);
    arrivals.set(id, arrival);
    return cluster.ask(id, answer, arrival);
  };
  const oneIn = (chance: number) => cluster.options.views === "differ" && cluster.time.pick(chance) === 0;
  return {
    track: () => {},
    isUp: () => !oneIn(ONE_IN_UNREACHABLE),
    get: (id, key, waiter) => {
      const after = [...self.heard];
      const asked = ask(id, async (node) => {
        const isBehind = after.some((version) => !node.heard.has(version));
        const outcome = await node.readThrough.getForPeer(node.group, Buffer.from(key));
        return { ...outcome, isBehind };
      });
      const broken = async () => {
        await cluster.time.pass(MAX_LINK_DELAY);
        throw new PeerUnreachable(id, "link broken");
      };
      endWith(waiter, oneIn(ONE_IN_UNREACHABLE) ? broken() : asked);
    },
    look: (id, key) => ask(id, (node) => node.holdings.lookHere(key)),
    announce: async (deletion) => {
      const version = self.nextVersion();
      self.heard.add(version);
      const others = cluster.nodes.filter((node) => node !== self);
      const counts = await Promise.all(
        others.map(({ id }) => ask(id, (node) => node.hear(deletion, version))),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    edit: async (id, key, edit) => {
      const asked = (version: Version): Promise<Edited> =>
        ask(id, (node) => {
          node.hearCounter(version.counter);
          return node.changes.editForPeer(key, { ...edit, version });
        });
      if (oneIn(ONE_IN_UNREACHABLE)) {
        void asked(self.nextVersion());
        await cluster.time.pass(MAX_LINK_DELAY);
        throw new PeerUnreachable(id, "link broken", true);
      }
      for (;;) {
        const edited = await asked(self.nextVersion());
        if (edited.overtakenBy === undefined) return edited;
        self.hearCounter(edited.overtakenBy);
      }
    },
    count: (id) => ask(id, (node) => node.holdings.countHere(0)),
  };
}
