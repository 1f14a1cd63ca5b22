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

import type { HotKeys } from "../cluster/hot-keys.ts";
import { leaseMs } from "../cluster/hot-keys.ts";
import type { Outcome } from "../cluster/outcome.ts";
import { PeerUnreachable } from "../cluster/peer-unreachable.ts";
import type { Tracker } from "../cluster/tracker.ts";
import type { Flight } from "./flights.ts";
import type { Group } from "./groups.ts";
import type { Latency } from "./latency.ts";
import type { Membership } from "./membership.ts";
import type { Tracking } from "./tracking/tracking.ts";

/** The part of the peer links that a read needs. */
export interface ReadPeers {
  isUp(id: string): boolean;
  get(id: string, key: Uint8Array, timeoutMs: number): Promise<Outcome>;
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

/** Two failures in a row, and this node loads by itself rather than keep a client waiting. */
const MAX_FORWARDS = 2;
const NOBODY: ReadonlySet<string> = new Set();

export class ReadThrough {
  readonly #options: ReadThroughOptions;

  constructor(options: ReadThroughOptions) {
    this.#options = options;
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

  /**
   * A client's GET that missed. `key` must be the caller's own copy. `isTracked`: the owner has to tell this node when its
   * answer no longer holds. Never rejects.
   */
  missed(group: Group, key: Buffer, isTracked = false): Promise<Outcome> {
    const target = this.#reachableOwner(key);
    if (target === undefined) return this.load(group, key);
    // Apart, because to a forward under way the owner may have answered before it would note this node.
    const kind = isTracked ? "trackedForwards" : "forwards";
    return this.#join(group, key, kind, (flight) => this.#forward(group, key, target, flight, isTracked));
  }

  /** A GET of another member: from the store, or loaded here, whoever owns the key. `key` must be a copy. */
  async requested(group: Group, key: Buffer): Promise<Outcome> {
    group.counters.peerRequests++;
    const held = heldOf(group, key);
    if (held === undefined) {
      group.counters.misses++;
      return this.load(group, key);
    }
    if (held.kind === "value") group.counters.hits++;
    else group.counters.negativeHits++;
    return held;
  }

  /** Loads here: joins the load under way, or starts one. Never rejects. */
  load(group: Group, key: Buffer): Promise<Outcome> {
    return this.#join(group, key, "loads", (flight) => this.#loadAndKeep(group, key, flight));
  }

  #join(
    group: Group,
    key: Buffer,
    kind: "loads" | "forwards" | "trackedForwards",
    work: (flight: Flight) => Promise<Outcome>,
  ): Promise<Outcome> {
    const underWay = group[kind].find(key);
    if (underWay !== undefined) {
      group.counters.flightsJoined++;
      return underWay.outcome;
    }
    return group[kind].start(key, work).outcome;
  }

  /** The member to ask, or undefined when that is this node. `tried`: those that have just failed. */
  #reachableOwner(key: Buffer, tried: ReadonlySet<string> = NOBODY): string | undefined {
    const { membership, peers } = this.#options;
    if (peers === undefined) return undefined;
    const isUp = (id: string) => id === membership.self || (peers.isUp(id) && !tried.has(id));
    const owner = membership.ring.ownerAmong(key, isUp);
    return owner === undefined || owner === membership.self ? undefined : owner;
  }

  async #forward(
    group: Group,
    key: Buffer,
    owner: string,
    flight: Flight,
    isTracked: boolean,
  ): Promise<Outcome> {
    // A peer that is shutting down answers so on a link that is still up: it must not be asked again.
    const tried = new Set<string>();
    let target: string | undefined = owner;
    while (target !== undefined && tried.size < MAX_FORWARDS) {
      try {
        return await this.#ask(group, key, target, flight, isTracked);
      } catch (error) {
        if (!(error instanceof PeerUnreachable)) throw error;
        group.counters.forwardErrors++;
        tried.add(target);
        target = this.#reachableOwner(key, tried);
      }
    }
    group.counters.standIns++;
    // While this node waited, another member may have asked it for the same key.
    return heldOf(group, key) ?? this.load(group, key);
  }

  async #ask(group: Group, key: Buffer, owner: string, flight: Flight, isTracked: boolean): Promise<Outcome> {
    group.counters.forwards++;
    const timeoutMs = group.conf.loaderTimeoutMs + this.#options.peerTimeoutMs();
    if (isTracked) this.#options.peers!.track(owner, key, "read");
    const outcome = await this.#options.peers!.get(owner, key, timeoutMs);
    if (outcome.kind === "value" && !flight.voided && group.mirrors !== undefined) {
      const ttlMs = leaseMs(outcome.ttlMs);
      if (ttlMs > 0 && this.#options.hotKeys.shouldMirror(key)) group.mirrors.put(key, outcome.value, ttlMs);
    }
    return outcome;
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

/** What the group's store has of a key, as an outcome. */
function heldOf(group: Group, key: Buffer): Outcome | undefined {
  const held = group.store.get(key);
  if (held === undefined) return undefined;
  if (held.value === null) return { kind: "absent", ttlMs: held.ttlMs };
  return { kind: "value", value: held.value, ttlMs: held.ttlMs };
}
