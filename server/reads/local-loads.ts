/**
 * Loads on this node, and what becomes of the value.
 *
 * Invariant: a load of a key runs at most once at a time on this node, and only the value of a flight that was not voided
 * is kept. Asks no other member.
 */
import type { Outcome } from "../../cluster/outcome.ts";
import type { Latency } from "../counters/latency.ts";
import type { Flight, FlightWaiter } from "../groups/flights.ts";
import { type Group, loaderPart } from "../groups/groups.ts";
import { type FreeWrites, inSteps } from "../store/free-writes.ts";
import { MISSING } from "../store/store.ts";
import type { KeyEvents } from "../tracking/key-events.ts";
import type { Tracking } from "../tracking/tracking.ts";

export interface LocalLoadsOptions {
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  /** From 0 to 1, for the jitter of lifetimes. */
  readonly random: () => number;
  /** How long loads take, in seconds. */
  readonly loadLatency: Latency;
  readonly tracking: Pick<Tracking, "isNoted" | "changed" | "filled" | "prolonged" | "lostTrack">;
  /** Undefined: nobody can hear of events. */
  readonly events?: Pick<KeyEvents, "happened">;
  /** Hears which entries hold what was loaded. Undefined on a node that is alone. */
  readonly given?: { forget(key: Buffer): void } | undefined;
  /** Undefined: no other thread writes. */
  readonly freeWrites?: FreeWrites | undefined;
}

export class LocalLoads {
  readonly #options: LocalLoadsOptions;

  constructor(options: LocalLoadsOptions) {
    this.#options = options;
  }

  /** Joins the load of a key that is under way, or starts one. `key` must be the caller's own copy. */
  load(group: Group, key: Buffer, waiter: FlightWaiter): void {
    this.#options.events?.happened(key, "keymiss");
    const flight = group.loads.board(key, waiter);
    if (flight === undefined) {
      group.counters.flightsJoined++;
      return;
    }
    const { clock, freeWrites, loadLatency } = this.#options;
    const hash = freeWrites === undefined ? 0 : group.store.hashOf(key, 0, key.length);
    const started = clock();
    group.counters.loads++;
    freeWrites?.loadBegins(hash);
    group.queue.load(loaderPart(group, key), (loaded) => {
      loadLatency.observe((clock() - started) / 1000);
      group.loads.land(flight, this.#keptOf(group, flight, loaded));
      freeWrites?.loadEnds(hash);
    });
  }

  /** Keeps what was loaded; returns the outcome with the lifetime that it got. */
  #keptOf(group: Group, flight: Flight, outcome: Outcome): Outcome {
    const { key } = flight;
    if (outcome.kind === "error") {
      group.counters.loadErrors++;
      return outcome;
    }
    const ttlMs = this.#lifetime(group, outcome);
    if (flight.voided) group.counters.loadsVoided++;
    else {
      const value = outcome.kind === "value" ? outcome.value : null;
      inSteps(this.#options.freeWrites, () => this.#keep(group, key, value, ttlMs));
    }
    return { ...outcome, ttlMs };
  }

  #keep(group: Group, key: Buffer, value: Uint8Array | null, ttlMs: number | undefined): void {
    const { tracking, freeWrites } = this.#options;
    // Another thread has set the key since, and will say so.
    if (freeWrites !== undefined && group.store.lifeOf(key, 0, key.length) !== MISSING) {
      tracking.lostTrack(key);
      return;
    }
    const before = tracking.isNoted(key) ? group.store.get(key) : undefined;
    const isKept = ttlMs !== 0 && group.store.put(key, value, ttlMs);
    this.#options.given?.forget(key);
    // Nobody would notice a change of a value that is not kept. Without an origin only a SET can change it.
    if (!isKept && group.hasOrigin) tracking.lostTrack(key);
    else if (!isKept) return;
    else if (before === undefined) tracking.filled(key, ttlMs);
    else if (isSame(before.value, value)) tracking.prolonged(key, ttlMs);
    else tracking.changed(key);
  }

  /**
   * How long to keep what a loader returned: exactly the `ttlMs` that the loader gave, else the group's ttl, shortened at
   * random by up to the group's jitter, so that entries loaded together do not expire together. Undefined: for ever; 0:
   * not at all.
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
