/**
 * One key that another member is asked for, from the first question to the end of its flight.
 *
 * Invariants: the flight is landed once, whatever the members do. A member that could not be reached is not asked again;
 * after two such members this node loads by itself. The owner's value may be kept as a mirror, unless the flight was voided
 * in between, or the owner had not heard of a change that this node had heard of.
 */
import { type HotKeys, leaseMs } from "../../cluster/hot-keys.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import type { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import type { GetWaiter } from "../../cluster/requests.ts";
import type { Flight, Flights, FlightWaiter } from "../groups/flights.ts";
import { type Group, heldOf } from "../groups/groups.ts";
import type { Owners } from "../members/owners.ts";
import { MAX_MEMBERS_ASKED } from "../members/reach.ts";
import type { LocalLoads } from "./local-loads.ts";

/** The part of the peer links that a read needs. */
export interface ReadPeers {
  get(id: string, key: Uint8Array, waiter: GetWaiter): void;
  /** Has the member note that this node is about to read a key. To be called before `get`, in the same tick. */
  track(id: string, key: Uint8Array, kind: "read"): void;
}

/** What every forward of a node has in common. */
export interface ForwardRoute {
  readonly owners: Owners;
  /** Undefined on a node that is alone, which forwards nothing. */
  readonly peers: ReadPeers | undefined;
  readonly hotKeys: HotKeys;
  readonly loads: LocalLoads;
  /** What an owner may take beyond its loader's deadline, in milliseconds; read at each use. */
  readonly peerTimeoutMs: () => number;
}

/** The key that is asked for, and its flight. */
export interface Question {
  readonly group: Group;
  readonly key: Buffer;
  readonly flights: Flights;
  readonly flight: Flight;
  /** The owner has to tell this node when its answer is no longer valid. */
  readonly isTracked: boolean;
}

export class Forward implements GetWaiter {
  /** The loader's deadline at the owner, and the time that the way there and back may take. */
  readonly timeoutMs: number;
  readonly #route: ForwardRoute;
  readonly #question: Question;
  #target = "";
  /** Members that must not be asked again: a member that shuts down says so on a link that is still up. */
  #failed: Set<string> | undefined;

  constructor(route: ForwardRoute, question: Question) {
    this.#route = route;
    this.#question = question;
    this.timeoutMs = question.group.conf.loaderTimeoutMs + route.peerTimeoutMs();
  }

  ask(member: string): void {
    const { group, key, isTracked } = this.#question;
    const peers = this.#route.peers!;
    this.#target = member;
    group.counters.forwards++;
    if (isTracked) peers.track(member, key, "read");
    peers.get(member, key, this);
  }

  settle(outcome: Outcome): void {
    const { flight, flights } = this.#question;
    // Who came while the question was on its way may have come after the change was answered.
    const joined = outcome.kind !== "error" && outcome.isBehind ? flight.takeJoined() : undefined;
    try {
      const mayBeKept = outcome.kind === "value" && !flight.voided && !outcome.isBehind;
      if (mayBeKept) this.#mirror(outcome.value, outcome.ttlMs);
    } finally {
      flights.land(flight, outcome);
    }
    if (joined !== undefined) this.#askAgain(joined);
  }

  #askAgain(waiter: FlightWaiter): void {
    const { owners } = this.#route;
    const { flights, key } = this.#question;
    const flight = flights.board(key, waiter);
    if (flight === undefined) return;
    const forward = new Forward(this.#route, { ...this.#question, flight });
    const owner = owners.of(key);
    if (owner === owners.self) forward.#standIn();
    else forward.ask(owner);
  }

  unreachable(_error: PeerUnreachable): void {
    const { group, key } = this.#question;
    group.counters.forwardErrors++;
    this.#failed ??= new Set();
    this.#failed.add(this.#target);
    const { owners } = this.#route;
    const next = owners.of(key, this.#failed);
    if (next !== owners.self && this.#failed.size < MAX_MEMBERS_ASKED) this.ask(next);
    else this.#standIn();
  }

  #standIn(): void {
    const { group, key, flight, flights } = this.#question;
    const refusal = this.#route.owners.refusal(key);
    if (refusal !== undefined) {
      flights.land(flight, { kind: "error", text: refusal });
      return;
    }
    group.counters.standIns++;
    // While this node waited, another member may have asked it for the same key.
    const held = heldOf(group, key);
    if (held !== undefined) flights.land(flight, held);
    else this.#route.loads.load(group, key, (outcome) => flights.land(flight, outcome));
  }

  #mirror(value: Uint8Array, lifeMs: number | undefined): void {
    const { group, key } = this.#question;
    if (group.mirrors === undefined) return;
    const ttlMs = leaseMs(lifeMs);
    if (ttlMs > 0 && this.#route.hotKeys.countAndTest(key)) group.mirrors.put(key, value, ttlMs);
  }
}
