/**
 * A GET, from the question to the value: held here, mirrored here, loaded here, or asked of the key's owner.
 *
 * Invariants:
 *  - A peer's request is answered from here: it never becomes a request to a third member, and it never joins a flight
 *    that itself waits for a peer. So no two members can wait for each other.
 *  - A client that tracks is noted before its key is read.
 * Does not know RESP, nor how frames travel.
 *
 *     client ─▶ get ─▶ store, mirrors ─▶ #ask ─┬─ this node owns the key ─▶ local-loads.ts
 *     hit path ─▶ missed ──────────────▶ #ask ─┴─ another member does ────▶ forward.ts ─▶ peer
 *     peer ─▶ getForPeer ─▶ store ─▶ local-loads.ts
 */
import { type Outcome, ownedOutcome } from "../../cluster/outcome.ts";
import type { ValueLoan } from "../../cluster/peer-handlers.ts";
import type { Tracker } from "../../cluster/tracker.ts";
import type { Waiter } from "../groups/flights.ts";
import { type Group, heldOf, heldOrLent } from "../groups/groups.ts";
import type { Tracking } from "../tracking/tracking.ts";
import { Forward, type ForwardRoute } from "./forward.ts";
import type { LocalLoads } from "./local-loads.ts";
import type { MissLog } from "./miss-log.ts";

export interface ReadThroughOptions extends ForwardRoute {
  readonly loads: LocalLoads;
  readonly tracking: Pick<Tracking, "reads">;
  /** By default no miss is logged. */
  readonly missLog?: MissLog;
}

/** How a key is asked for that is not here. */
interface How {
  /** The owner has to tell this node when its answer is no longer valid. */
  readonly isTracked: boolean;
  /** The waiter keeps the value: one that comes from another member dies when the waiter returns. */
  readonly isKept: boolean;
}

export class ReadThrough {
  readonly #options: ReadThroughOptions;

  constructor(options: ReadThroughOptions) {
    this.#options = options;
  }

  /** A client's GET. The key's bytes are copied. `reader` is told when the outcome is no longer valid. Never rejects. */
  get(group: Group, key: Uint8Array, reader: Tracker | undefined): Outcome | Promise<Outcome> {
    if (reader !== undefined) this.#options.tracking.reads(Buffer.from(key), reader);
    const held = heldOf(group, key);
    if (held !== undefined) {
      countHit(group, held);
      return held;
    }
    // The owner must hear of a client that tracks, so that it tells this node of changes.
    const mirrored = reader === undefined ? group.mirrors?.get(key) : undefined;
    if (mirrored?.value != null) {
      group.counters.mirrorHits++;
      return { kind: "value", value: mirrored.value, ttlMs: mirrored.ttlMs };
    }
    group.counters.misses++;
    const how = { isTracked: reader !== undefined, isKept: true };
    return new Promise((resolve) => this.#ask(group, Buffer.from(key), how, resolve));
  }

  /** As `missed`, for a client of another thread: the key may have come to the store since that thread looked. */
  missedElsewhere(group: Group, key: Buffer, waiter: Waiter): void {
    const held = heldOf(group, key);
    if (held === undefined) {
      this.missed(group, key, waiter);
      return;
    }
    countHit(group, held);
    waiter(held);
  }

  /**
   * A client's GET that neither store nor mirrors could answer; the client does not track. `key` must be the caller's own
   * copy.
   */
  missed(group: Group, key: Buffer, waiter: Waiter): void {
    group.counters.misses++;
    this.#ask(group, key, { isTracked: false, isKept: false }, waiter);
  }

  /**
   * Another member's GET: from the store, or loaded here, whichever member owns the key. The key's bytes are copied. As in
   * PeerHandlers.
   */
  getForPeer(group: Group, key: Uint8Array): Outcome | Promise<Outcome>;
  getForPeer(
    group: Group,
    key: Uint8Array,
    loan: ValueLoan | undefined,
  ): Outcome | Promise<Outcome> | undefined;
  getForPeer(group: Group, key: Uint8Array, loan?: ValueLoan): Outcome | Promise<Outcome> | undefined {
    group.counters.peerRequests++;
    const held = heldOrLent(group, key, loan);
    if (held === "lent") {
      group.counters.hits++;
      return undefined;
    }
    if (held !== undefined) {
      countHit(group, held);
      return held;
    }
    group.counters.misses++;
    return new Promise((resolve) => this.#options.loads.load(group, Buffer.from(key), resolve));
  }

  #ask(group: Group, key: Buffer, { isTracked, isKept }: How, answered: Waiter): void {
    const { owners, loads, missLog } = this.#options;
    const owner = owners.of(key);
    const waiter = missLog?.around(answered, key, owner) ?? answered;
    if (owner === owners.self) {
      const refusal = owners.refusal(key);
      if (refusal === undefined) loads.load(group, key, waiter);
      else waiter({ kind: "error", text: refusal });
      return;
    }
    // A tracked GET must not join a plain forward: the owner may have answered that one before it noted this node.
    const flights = isTracked ? group.trackedForwards : group.forwards;
    const flight = flights.board(key, isKept ? (outcome) => waiter(ownedOutcome(outcome)) : waiter);
    if (flight === undefined) group.counters.flightsJoined++;
    else new Forward(this.#options, { group, key, flights, flight, isTracked }).ask(owner);
  }
}

function countHit({ counters }: Group, held: Outcome): void {
  if (held.kind === "value") counters.hits++;
  else counters.negativeHits++;
}
