/**
 * The groups of a node, and the rule that gives a key its group.
 *
 * Invariant: of the groups whose prefix a key begins with, it has the one with the longest prefix; the group `default`
 * takes all other keys. Keys and prefixes are stored ones (store/database-key.ts), so a group takes keys of one database
 * only; `default`, which has no prefix, takes what is left of every database. Knows nothing of the ring: which member
 * owns a key does not depend on its group.
 */

import type { Outcome } from "../../cluster/outcome.ts";
import type { ValueLoan } from "../../cluster/peer-handlers.ts";
import type { GroupConf } from "../conf/conf.ts";
import type { GroupCounters } from "../counters/group-counters.ts";
import type { LoadFailures } from "../loaders/load-failures.ts";
import type { LoadQueue } from "../loaders/load-queue.ts";
import { clientKey } from "../store/database-key.ts";
import { LENT, type Store } from "../store/store.ts";
import type { Flights } from "./flights.ts";

/** What every thread has of a group: all that it takes to answer a hit. */
export interface HeldGroup {
  readonly name: string;
  /** What its stored keys begin with; empty for `default`. */
  readonly prefix: Uint8Array;
  /** The entries that this node owns, or keeps for an owner that is down. */
  readonly store: Store;
  /** Leased copies of hot entries that other members own; undefined: this node keeps none. */
  readonly mirrors: Store | undefined;
  /** What this thread has counted. */
  readonly counters: GroupCounters;
}

/** What the main thread has of a group. */
export interface Group extends HeldGroup {
  readonly conf: GroupConf;
  /** False: only SET fills the group, so that what it lacks stays missing until then. */
  readonly hasOrigin: boolean;
  /** What the worker threads together had counted when the main thread last asked; undefined: it has never asked. */
  counted: GroupCounters | undefined;
  /** Loads under way on this node. A load never waits for a peer. */
  readonly loads: Flights;
  /** Requests to owners under way. Only clients of this node wait for them. */
  readonly forwards: Flights;
  /** As `forwards`, for clients that track: the owner notes this node before it answers. */
  readonly trackedForwards: Flights;
  readonly queue: LoadQueue;
  readonly failures: LoadFailures;
  /**
   * The store's counters at the last CONFIG RESETSTAT. Figures subtract them, because a store's counters never go back.
   */
  readonly countedBefore: { evictions: number; expirations: number };
}

/** Whether the group's values come from somewhere else than from clients. */
export function hasOrigin({ conf, queue }: Pick<Group, "conf" | "queue">): boolean {
  return conf.loader.kind !== "none" && queue.hasOrigin;
}

/** Finds the group of a key. */
export class Groups<G extends HeldGroup = Group> {
  readonly all: readonly G[];
  /** The groups by the first byte of their prefix, the longest prefix first. */
  readonly #byFirstByte: G[][];
  readonly #fallback: G | undefined;
  readonly #elsewhere: G | undefined;

  /** `elsewhere` takes in place of `default` the keys of databases other than 0. It has the stores of `default`. */
  constructor(groups: readonly G[], elsewhere?: G) {
    this.all = groups;
    this.#byFirstByte = Array.from({ length: 256 }, () => []);
    for (const group of [...groups].sort((a, b) => b.prefix.length - a.prefix.length)) {
      if (group.prefix.length > 0) this.#byFirstByte[group.prefix[0]!]!.push(group);
    }
    this.#fallback = groups.find((group) => group.prefix.length === 0);
    this.#elsewhere = elsewhere ?? this.#fallback;
  }

  /** The group of the key `chunk[start, end)`; undefined: no group takes it. */
  of(chunk: Uint8Array, start: number, end: number): G | undefined {
    if (start < end) {
      const candidates = this.#byFirstByte[chunk[start]!]!;
      for (let i = 0; i < candidates.length; i++) {
        const group = candidates[i]!;
        if (startsWith(chunk, start, end, group.prefix)) return group;
      }
      if (chunk[start] === 0) return chunk[start + 1] === 0 ? this.#fallback : this.#elsewhere;
    }
    return this.#fallback;
  }

  /** The group of this name. */
  named(name: string): G | undefined {
    return this.all.find((group) => group.name === name);
  }
}

function startsWith(chunk: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (chunk[start + i] !== prefix[i]) return false;
  return true;
}

/** The part of a stored key that the group's loader gets. */
export function loaderPart({ prefix }: Pick<HeldGroup, "prefix">, key: Buffer): Buffer {
  return prefix.length === 0 ? clientKey(key) : key.subarray(prefix.length);
}

/** The entry of a key in the group's store, as an outcome; undefined: a miss. */
export function heldOf(group: Group, key: Uint8Array): Outcome | undefined {
  return outcomeOf(group.store.get(key));
}

/** As `heldOf`; "lent": the value has gone to `loan`. */
export function heldOrLent(group: Group, key: Uint8Array, loan?: ValueLoan): Outcome | "lent" | undefined {
  const held = group.store.get(key, loan);
  return held === LENT ? "lent" : outcomeOf(held);
}

function outcomeOf(held: ReturnType<Store["get"]>): Outcome | undefined {
  if (held === undefined) return undefined;
  if (held.value === null) return { kind: "absent", ttlMs: held.ttlMs };
  return { kind: "value", value: held.value, ttlMs: held.ttlMs };
}
