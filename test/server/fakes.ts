/**
 * What the tests of the server's core hand in instead of the outside world: a clock that stands still, a loader and
 * peers that answer when they are told to.
 *
 * Nothing in here decides anything: each fake notes what it was asked and does what the test says.
 */

import type { Outcome } from "../../cluster/outcome.ts";
import type { GetWaiter } from "../../cluster/requests.ts";
import { loadHash32 } from "../../cluster/ring.ts";
import type { Tracker } from "../../cluster/tracker.ts";
import type { World } from "../../cluster/world.ts";
import type { GroupConf } from "../../server/conf/conf.ts";
import { zeroGroupCounters } from "../../server/counters/group-counters.ts";
import { type Flight, Flights } from "../../server/groups/flights.ts";
import type { Group, Groups } from "../../server/groups/groups.ts";
import { LoadFailures } from "../../server/loaders/load-failures.ts";
import { LoadQueue } from "../../server/loaders/load-queue.ts";
import type { LoadContext, Loaded, Loader, LoaderKey, LoaderTools } from "../../server/loaders/loader.ts";
import { LoadsUnderWay } from "../../server/loaders/loads-under-way.ts";
import { NONE_LOADER } from "../../server/loaders/none-loader.ts";
import type { LoadTerms } from "../../server/loaders/run-load.ts";
import { realWorld } from "../../server/machine/world.ts";
import { Membership } from "../../server/members/membership.ts";
import { Store } from "../../server/store/store.ts";
import { EntryEnds } from "../../server/tracking/entry-ends.ts";
import { Tracking } from "../../server/tracking/tracking.ts";

export const hash = await loadHash32();
export const key = (text: string): Buffer => Buffer.from(text);
export const found = (text: string, ttlMs?: number): Outcome => ({
  kind: "value",
  value: Buffer.from(text),
  ttlMs,
});

/** The text of a value, `error: ` and the text of an error, or `absent`. */
export function textOf(outcome: Outcome): string {
  if (outcome.kind === "value") return Buffer.from(outcome.value).toString();
  return outcome.kind === "error" ? `error: ${outcome.text}` : "absent";
}

/** Resolves when everything that can go on without an event from outside has gone on. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class FakeClock {
  now = 1000;
  readonly read = (): number => this.now;

  advance(ms: number): void {
    this.now += ms;
  }
}

/** Something under way that the test brings to its end. */
export class Held<Argument, Result> {
  readonly argument: Argument;
  readonly promise: Promise<Result>;
  resolve!: (result: Result) => void;
  reject!: (error: Error) => void;

  constructor(argument: Argument) {
    this.argument = argument;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** A loader whose loads end when the test says so. */
export class HeldLoader implements Loader {
  readonly loads: Held<LoaderKey, Loaded>[] = [];
  readonly contexts: LoadContext[] = [];
  #released = false;

  /** Ends every load, those under way and all later ones, as not found. */
  release(): void {
    this.#released = true;
    for (const load of this.loads) load.resolve(null);
  }

  load(loaderKey: LoaderKey, context: LoadContext): Promise<Loaded> {
    const held = new Held<LoaderKey, Loaded>(loaderKey);
    this.loads.push(held);
    this.contexts.push(context);
    if (this.#released) held.resolve(null);
    return held.promise;
  }
}

const GROUP_CONF: GroupConf = {
  name: "scores",
  database: 0,
  prefix: Buffer.from("scores:"),
  loader: { kind: "none", args: [], where: "carrot.conf:1", directory: "/" },
  maxBytes: 1 << 20,
  mirrorShare: 0.125,
  mirrorBytes: 1 << 17,
  ttlMs: 0,
  ttlJitter: 0,
  negativeTtlMs: 5000,
  loaderTimeoutMs: 60_000,
  loaderConcurrency: 1000,
  loaderQueue: 1000,
  maxValueBytes: 1 << 20,
};

/** For loaders that use nothing of the node. */
export const NO_TOOLS: LoaderTools = {
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  node: { get: async () => null, set: async () => {}, delete: async () => 0 },
};

/** A group of real parts on a clock and a loader of the test's. */
export function createGroup(
  options: { conf?: Partial<GroupConf>; loader?: Loader; clock?: () => number; mirrors?: boolean } = {},
): Group {
  const conf = { ...GROUP_CONF, ...options.conf };
  const clock = options.clock ?? (() => 1000);
  const failures = new LoadFailures(conf.name, { warn: () => {} }, clock);
  const storeOptions = { eviction: "lru", clock, seed: 1 } as const;
  return {
    name: conf.name,
    prefix: conf.prefix,
    conf,
    store: new Store({ ...storeOptions, maxBytes: conf.maxBytes - conf.mirrorBytes }),
    mirrors:
      options.mirrors === false ? undefined : new Store({ ...storeOptions, maxBytes: conf.mirrorBytes }),
    loads: new Flights(1),
    hasOrigin: options.loader !== NONE_LOADER,
    forwards: new Flights(1),
    trackedForwards: new Flights(1),
    queue: new LoadQueue({
      loader: options.loader ?? { load: () => null },
      conf,
      world: worldAt(clock),
      failures,
      tools: NO_TOOLS,
    }),
    failures,
    counters: zeroGroupCounters(),
    counted: undefined,
    countedBefore: { evictions: 0, expirations: 0 },
  };
}

/** The real world with another clock and dice of the test's. */
export function worldAt(clock: () => number = () => 1000, random: () => number = () => 0): World {
  return realWorld(clock, random);
}

/** The terms of a load with these limits, on a clock that stands still. */
export function termsOf(terms: Pick<LoadTerms, "timeoutMs" | "maxValueBytes">): LoadTerms {
  return { group: "scores", ...terms, world: worldAt(), tools: NO_TOOLS, underWay: new LoadsUnderWay() };
}

/** Client-side caching over the stores of these groups. */
export function createTracking(groups: Groups, clock: () => number = () => 1000, maxKeys = 1000): Tracking {
  const ends = new EntryEnds(groups);
  return new Tracking({ groups, ends, clock, maxKeys: () => maxKeys, soon: worldAt().soon });
}

/** Notes each key that it is told to drop, and `*` when it is told to drop all. */
export class FakeTracker implements Tracker {
  readonly told: string[] = [];
  isGone = false;

  invalidate(key: Buffer): void {
    this.told.push(key.toString("latin1"));
  }

  invalidateAll(): void {
    this.told.push("*");
  }
}

export const RING = { virtualNodes: 16, seed: 7 };

/** The membership of `self` at its start, with the ring of these members. */
export function createMembership(
  self: string,
  members: readonly string[],
  heard: { onChange?: (members: readonly string[]) => void; onReturn?: () => void } = {},
): Membership {
  const nothing = () => {};
  return new Membership(members, { self, ring: RING, hash, onChange: nothing, onReturn: nothing, ...heard });
}

/** The first key with this prefix that the members' ring gives to `owner`. */
export function keyOwnedBy(owner: string, membership: Membership, prefix = "scores:"): Buffer {
  for (let i = 0; ; i++) {
    const candidate = Buffer.from(`${prefix}${i}`);
    if (membership.ring.ownerOf(candidate) === owner) return candidate;
  }
}

/** Ends a GET's waiter as the promise ends. */
export function endWith(waiter: GetWaiter, end: Promise<Outcome>): void {
  end.then(
    (outcome) => waiter.settle(outcome),
    (error) => waiter.unreachable(error),
  );
}

/** Starts a flight that ends when the test lands it. `outcome` resolves to the outcome that its waiter gets. */
export function startFlight(flights: Flights, name: Buffer): { flight: Flight; outcome: Promise<Outcome> } {
  let flight!: Flight;
  const outcome = new Promise<Outcome>((resolve) => {
    flight = flights.board(name, resolve)!;
  });
  return { flight, outcome };
}

/** The outcome of a load that goes through a queue. */
export function loadedBy(queue: Pick<LoadQueue, "load">, key: Buffer): Promise<Outcome> {
  return new Promise((resolve) => queue.load(key, resolve));
}
