/**
 * One key that other members are asked for, from the first question to the end of its flight.
 *
 * Invariants: the flight is landed once, whatever the members do; a member that could not be reached is not asked again,
 * and after two of them this node loads by itself rather than keep a client waiting. What the owner answers may be kept
 * as a mirror, unless the flight was voided meanwhile.
 */
import { leaseMs } from "../../cluster/hot-keys.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import type { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import type { GetWaiter } from "../../cluster/requests.ts";
import type { Flight, Flights } from "../groups/flights.ts";
import { type Group, heldOf } from "../groups/groups.ts";
import type { ReadThrough } from "./read-through.ts";

const MAX_FORWARDS = 2;

/** What is asked for, and whose flight it is. */
export interface Question {
  readonly group: Group;
  readonly key: Buffer;
  readonly flights: Flights;
  readonly flight: Flight;
  /** The owner has to tell this node when its answer no longer holds. */
  readonly isTracked: boolean;
}

export class Forward implements GetWaiter {
  /** The loader's deadline at the owner, and what the way there and back may take. */
  readonly timeoutMs: number;
  readonly #readThrough: ReadThrough;
  readonly #question: Question;
  #target = "";
  /** A peer that is shutting down says so on a link that is still up: it must not be asked again. */
  #tried: Set<string> | undefined;

  constructor(readThrough: ReadThrough, question: Question) {
    this.#readThrough = readThrough;
    this.#question = question;
    this.timeoutMs = question.group.conf.loaderTimeoutMs + readThrough.options.peerTimeoutMs();
  }

  ask(member: string): void {
    const { group, key, isTracked } = this.#question;
    const peers = this.#readThrough.options.peers!;
    this.#target = member;
    group.counters.forwards++;
    if (isTracked) peers.track(member, key, "read");
    peers.get(member, key, this);
  }

  settle(outcome: Outcome): void {
    const { flight, flights } = this.#question;
    try {
      if (outcome.kind === "value" && !flight.voided) this.#mirror(outcome.value, outcome.ttlMs);
    } finally {
      flights.land(flight, outcome);
    }
  }

  unreachable(_error: PeerUnreachable): void {
    const { group, key } = this.#question;
    group.counters.forwardErrors++;
    this.#tried ??= new Set();
    this.#tried.add(this.#target);
    const next = this.#readThrough.reachableOwner(key, this.#tried);
    if (next !== undefined && this.#tried.size < MAX_FORWARDS) this.ask(next);
    else this.#standIn();
  }

  #standIn(): void {
    const { group, key, flight, flights } = this.#question;
    group.counters.standIns++;
    // While this node waited, another member may have asked it for the same key.
    const held = heldOf(group, key);
    if (held !== undefined) flights.land(flight, held);
    else this.#readThrough.load(group, key, (outcome) => flights.land(flight, outcome));
  }

  #mirror(value: Uint8Array, lifeMs: number | undefined): void {
    const { group, key } = this.#question;
    if (group.mirrors === undefined) return;
    const ttlMs = leaseMs(lifeMs);
    if (ttlMs > 0 && this.#readThrough.options.hotKeys.countAndTest(key))
      group.mirrors.put(key, value, ttlMs);
  }
}
