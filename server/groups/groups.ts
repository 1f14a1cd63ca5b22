/**
 * The groups of a node: named caches, each with its own store, mirrors, loader and figures, and the rule that sends
 * a key to one of them.
 *
 * Invariant: a key has one group, the one with the longest prefix that the key begins with; `default` takes what is
 * left. Knows nothing of the ring: that a key belongs to a group says nothing about which member owns it.
 */

import type { Outcome } from "../../cluster/outcome.ts";
import type { GroupConf } from "../conf/conf.ts";
import type { GroupCounters } from "../counters/group-counters.ts";
import type { LoadQueue } from "../loaders/load-queue.ts";
import type { Store } from "../store/store.ts";
import type { Flights } from "./flights.ts";

/** What every thread has of a group: enough to answer what is held. */
export interface HeldGroup {
  readonly name: string;
  /** Empty for `default`. */
  readonly prefix: Uint8Array;
  /** Entries this node owns, or keeps in place of an owner that is down. */
  readonly store: Store;
  /** Leased copies of hot entries that other members own; undefined on a node that is alone. */
  readonly mirrors: Store | undefined;
  /** Of this thread. */
  readonly counters: GroupCounters;
}

/** A named cache, on the main thread. */
export interface Group extends HeldGroup {
  readonly conf: GroupConf;
  /** What worker threads had counted when they were last asked. */
  counted: readonly GroupCounters[];
  /** Loads under way here; nothing in it ever waits for a peer. */
  readonly loads: Flights;
  /** Requests to owners under way here; only clients of this node wait for them. */
  readonly forwards: Flights;
  /** The same, where the owner was told to note this node first (CLIENT TRACKING). */
  readonly trackedForwards: Flights;
  readonly queue: LoadQueue;
  /** What the store, whose counters never go back, had counted at the last CONFIG RESETSTAT. */
  readonly countedBefore: { evictions: number; expirations: number };
}

/** Finds the group of a key. */
export class Groups<G extends HeldGroup = Group> {
  readonly all: readonly G[];
  /** Groups by the first byte of their prefix, longest prefix first. */
  readonly #byFirstByte: G[][];
  readonly #fallback: G | undefined;

  constructor(groups: readonly G[]) {
    this.all = groups;
    this.#byFirstByte = Array.from({ length: 256 }, () => []);
    for (const group of [...groups].sort((a, b) => b.prefix.length - a.prefix.length)) {
      if (group.prefix.length > 0) this.#byFirstByte[group.prefix[0]!]!.push(group);
    }
    this.#fallback = groups.find((group) => group.prefix.length === 0);
  }

  /** The group of the key in `chunk` from `start` to `end`; undefined when no group takes it. */
  of(chunk: Uint8Array, start: number, end: number): G | undefined {
    if (start < end) {
      const candidates = this.#byFirstByte[chunk[start]!]!;
      for (let i = 0; i < candidates.length; i++) {
        const group = candidates[i]!;
        if (startsWith(chunk, start, end, group.prefix)) return group;
      }
    }
    return this.#fallback;
  }

  /** The group with this name, if any. */
  named(name: string): G | undefined {
    return this.all.find((group) => group.name === name);
  }
}

function startsWith(chunk: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (chunk[start + i] !== prefix[i]) return false;
  return true;
}

/** What the group's store has of a key, as an outcome. */
export function heldOf(group: Group, key: Uint8Array): Outcome | undefined {
  const held = group.store.get(key);
  if (held === undefined) return undefined;
  if (held.value === null) return { kind: "absent", ttlMs: held.ttlMs };
  return { kind: "value", value: held.value, ttlMs: held.ttlMs };
}
