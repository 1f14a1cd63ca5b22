/**
 * What happens to a GET that the stores could not answer: who owns the key, who loads it, who waits.
 *
 * Invariants:
 *  - A load runs at most once a key at a time on this node, and only a flight that was not voided is kept.
 *  - A peer's request is answered from here: it never becomes a request to a third member and never joins a flight
 *    that itself waits for a peer, so no two members can wait for each other.
 *  - An owner that cannot be reached is stood in for by the next member clockwise that can.
 * Does not know RESP, nor how frames travel.
 */

import type { HotKeys } from "../../cluster/hot-keys.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import type { GetWaiter } from "../../cluster/requests.ts";
import type { Tracker } from "../../cluster/tracker.ts";
import type { Latency } from "../counters/latency.ts";
import type { Flight, Waiter } from "../groups/flights.ts";
import { type Group, heldOf } from "../groups/groups.ts";
import type { Membership } from "../members/membership.ts";
import type { Tracking } from "../tracking/tracking.ts";
import { Forward } from "./forward.ts";

/** The part of the peer links that a read needs. */
export interface ReadPeers {
  isUp(id: string): boolean;
  get(id: string, key: Uint8Array, waiter: GetWaiter): void;
  /** Has the member note that this node is about to read a key; before `get`, in one tick with it. */
  track(id: string, key: Uint8Array, kind: "read"): void;
}

export interface ReadThroughOptions {
  readonly membership: Membership;
  /** Undefined on a node that is alone. */
  readonly peers: ReadPeers | undefined;
  readonly hotKeys: HotKeys;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  /** 0 to 1, for the jitter of lifetimes. */
  readonly random: () => number;
  readonly loadLatency: Latency;
  readonly tracking: Pick<Tracking, "reads" | "isNoted" | "changed" | "filled" | "prolonged" | "unvouched">;
  /** What an owner may take beyond its loader's deadline before who asked gives up; read at each use. */
  readonly peerTimeoutMs: () => number;
}

const NOBODY: ReadonlySet<string> = new Set();

export class ReadThrough {
  readonly #options: ReadThroughOptions;

  constructor(options: ReadThroughOptions) {
    this.#options = options;
  }

  get options(): ReadThroughOptions {
    return this.#options;
  }

  /** A client's GET. The key's bytes are copied. `reader`: is told when the outcome no longer holds. Never rejects. */
  get(group: Group, key: Uint8Array, reader: Tracker | undefined): Outcome | Promise<Outcome> {
    if (reader !== undefined) this.#options.tracking.reads(Buffer.from(key), reader);
    const held = group.store.get(key);
    if (held?.value != null) {
      group.counters.hits++;
      return { kind: "value", value: held.value, ttlMs: held.ttlMs };
    }
    if (held !== undefined) {
      group.counters.negativeHits++;
      return { kind: "absent", ttlMs: held.ttlMs };
    }
    // Who tracks asks the owner, so that the owner notes this node.
    const mirrored = reader === undefined ? group.mirrors?.get(key) : undefined;
    if (mirrored?.value != null) {
      group.counters.mirrorHits++;
      return { kind: "value", value: mirrored.value, ttlMs: mirrored.ttlMs };
    }
    group.counters.misses++;
    return this.missed(group, Buffer.from(key), reader !== undefined);
  }

  /** As `get`, of a key, which is a copy, that neither store nor mirrors hold, for a client that does not track. */
  clientMissed(group: Group, key: Buffer, waiter: Waiter): void {
    group.counters.misses++;
    this.ask(group, key, false, waiter);
  }

  /** As `ask`, for who waits with a promise. Never rejects. */
  missed(group: Group, key: Buffer, isTracked = false): Promise<Outcome> {
    return new Promise((resolve) => this.ask(group, key, isTracked, resolve));
  }

  /**
   * A client's GET that missed. `key` must be the caller's own copy. `isTracked`: the owner has to tell this node when its
   * answer no longer holds.
   */
  ask(group: Group, key: Buffer, isTracked: boolean, waiter: Waiter): void {
    const owner = this.reachableOwner(key);
    if (owner === undefined) {
      this.load(group, key, waiter);
      return;
    }
    // Apart, because to a forward under way the owner may have answered before it would note this node.
    const flights = isTracked ? group.trackedForwards : group.forwards;
    const flight = flights.board(key, waiter);
    if (flight === undefined) group.counters.flightsJoined++;
    else new Forward(this, { group, key, flights, flight, isTracked }).ask(owner);
  }

  /** A GET of another member: from the store, or loaded here, whoever owns the key. The key's bytes are copied. */
  requested(group: Group, key: Uint8Array): Outcome | Promise<Outcome> {
    group.counters.peerRequests++;
    const held = heldOf(group, key);
    if (held === undefined) {
      group.counters.misses++;
      return new Promise((resolve) => this.load(group, Buffer.from(key), resolve));
    }
    if (held.kind === "value") group.counters.hits++;
    else group.counters.negativeHits++;
    return held;
  }

  /** Loads here: joins the load under way, or starts one. */
  load(group: Group, key: Buffer, waiter: Waiter): void {
    const flight = group.loads.board(key, waiter);
    if (flight === undefined) {
      group.counters.flightsJoined++;
      return;
    }
    this.#loadAndKeep(group, key, flight).then((outcome) => group.loads.land(flight, outcome));
  }

  /** The member to ask, or undefined when that is this node. `tried`: those that have just failed. */
  reachableOwner(key: Buffer, tried: ReadonlySet<string> = NOBODY): string | undefined {
    const { membership, peers } = this.#options;
    if (peers === undefined) return undefined;
    const { self, ring } = membership;
    const owner = ring.ownerOf(key);
    if (owner === self) return undefined;
    if (peers.isUp(owner) && !tried.has(owner)) return owner;
    const standIn = ring.ownerAmong(key, (id) => id === self || (peers.isUp(id) && !tried.has(id)));
    return standIn === self ? undefined : standIn;
  }

  async #loadAndKeep(group: Group, key: Buffer, flight: Flight): Promise<Outcome> {
    const started = this.#options.clock();
    group.counters.loads++;
    const outcome = await group.queue.load(key.subarray(group.prefix.length));
    this.#options.loadLatency.observe((this.#options.clock() - started) / 1000);
    if (outcome.kind === "error") {
      group.counters.loadErrors++;
      return outcome;
    }
    const ttlMs = this.#lifetime(group, outcome);
    if (flight.voided) group.counters.loadsVoided++;
    else this.#keep(group, key, outcome.kind === "value" ? outcome.value : null, ttlMs);
    return { ...outcome, ttlMs };
  }

  #keep(group: Group, key: Buffer, value: Uint8Array | null, ttlMs: number | undefined): void {
    const { tracking } = this.#options;
    const before = tracking.isNoted(key) ? group.store.get(key) : undefined;
    const isKept = ttlMs !== 0 && group.store.put(key, value, ttlMs);
    // Nobody will tell when what is not kept changes.
    if (!isKept) tracking.unvouched(key);
    else if (before === undefined) tracking.filled(key, ttlMs);
    else if (isSame(before.value, value)) tracking.prolonged(key, ttlMs);
    else tracking.changed(key);
  }

  /**
   * How long to keep what a loader returned: its own word exactly, else the group's, shortened at random by up to the
   * group's jitter, so that entries loaded together do not expire together. Undefined: for ever; 0: not at all.
   */
  #lifetime(group: Group, outcome: Outcome & { ttlMs: number | undefined }): number | undefined {
    if (outcome.ttlMs !== undefined) return outcome.ttlMs;
    const { ttlMs, negativeTtlMs, ttlJitter } = group.conf;
    if (outcome.kind === "value" && ttlMs === 0) return undefined;
    const base = outcome.kind === "value" ? ttlMs : negativeTtlMs;
    return base * (1 - ttlJitter * this.#options.random());
  }
}

function isSame(a: Buffer | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}
