/**
 * Work under way, one flight a key: a request for a key that is already being worked on waits for the same outcome.
 *
 * Invariant: at any moment, at most one flight a key can be joined. A flight that has been voided cannot be joined any
 * more: its waiters get its outcome, but nobody may keep that outcome. Knows neither loaders nor peers.
 *
 *     GET k ── starts flight ──────────── outcome v1 ── waiters get v1, not stored (voided)
 *     GET k ───── joins ─────────────────────┘
 *     DEL k ─────────── voids ──▶ ack
 *     GET k ──────────────────────── starts the next flight ─────────── outcome v2, stored
 */
import type { Outcome } from "../../cluster/outcome.ts";
import { xxh32 } from "../../proto/xxh32.ts";

/**
 * Is called once with the outcome, when the flight lands. Must not throw. The value may be a view that dies after the
 * call: a waiter that keeps it has to copy it.
 */
export type Waiter = (outcome: Outcome) => void;
/** The same, for a waiter that wants to know whether the key has changed since, so that nobody may keep the outcome. */
export type FlightWaiter = (outcome: Outcome, isVoided: boolean) => void;

/** One piece of work under way. FlightWaiters are callbacks, because a promise each would cost more than all the rest. */
export class Flight {
  /** True: a DEL, a SET or a flush has come since it started, so its outcome must not be kept. */
  voided = false;
  readonly key: Buffer;
  readonly hash: number;
  /** The next flight of its bucket. */
  next: Flight | undefined;
  readonly #first: FlightWaiter;
  #others: FlightWaiter[] | undefined;

  constructor(key: Buffer, hash: number, first: FlightWaiter, next: Flight | undefined) {
    this.key = key;
    this.hash = hash;
    this.#first = first;
    this.next = next;
  }

  wait(waiter: FlightWaiter): void {
    if (this.#others === undefined) this.#others = [waiter];
    else this.#others.push(waiter);
  }

  /** Takes away those that came after the first; undefined: nobody did. The caller has to see to an outcome for them. */
  takeJoined(): FlightWaiter | undefined {
    const joined = this.#others;
    if (joined === undefined) return undefined;
    this.#others = undefined;
    return (outcome, isVoided) => {
      for (const waiter of joined) waiter(outcome, isVoided);
    };
  }

  /** Calls every waiter. Only `Flights.land` may call it. */
  end(outcome: Outcome): void {
    this.#first(outcome, this.voided);
    if (this.#others !== undefined) for (const waiter of this.#others) waiter(outcome, this.voided);
  }
}

const FIRST_BUCKETS = 16;

/**
 * The flights of one group and one kind (loads, or forwards): a hash table whose chains go through the flights themselves.
 * A Map would cost a third of a forwarded GET, as measured: under constant adding and deleting it keeps making new tables,
 * and it needs its keys as strings.
 */
export class Flights {
  readonly #seed: number;
  #buckets: (Flight | undefined)[] = new Array(FIRST_BUCKETS).fill(undefined);
  #size = 0;

  /** `seed` is that of the keys' hash. It must be random, or clients could choose keys that meet in one bucket. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The number of flights that can be joined. */
  get size(): number {
    return this.#size;
  }

  /**
   * Waits for the outcome of the work on a key, whose bytes must not change. Undefined: the work is under way. Otherwise
   * the caller has to begin the work, and to land the flight that is returned.
   */
  board(key: Buffer, waiter: FlightWaiter): Flight | undefined {
    const hash = this.#hashOf(key);
    const underWay = this.#find(key, hash);
    if (underWay !== undefined) {
      underWay.wait(waiter);
      return undefined;
    }
    if (this.#size === this.#buckets.length) this.#grow();
    const bucket = hash & (this.#buckets.length - 1);
    const flight = new Flight(key, hash, waiter, this.#buckets[bucket]);
    this.#buckets[bucket] = flight;
    this.#size++;
    return flight;
  }

  /** Ends a flight and tells its waiters. Before that, the key is free, so a waiter may start the next flight. */
  land(flight: Flight, outcome: Outcome): void {
    this.#remove(flight);
    flight.end(outcome);
  }

  /** Voids the flight of a key. False: there is none. */
  void(key: Buffer): boolean {
    const flight = this.#find(key, this.#hashOf(key));
    if (flight === undefined) return false;
    flight.voided = true;
    this.#remove(flight);
    return true;
  }

  /** Voids every flight; returns how many. */
  voidAll(): number {
    const count = this.#size;
    for (let flight of this.#buckets) {
      for (; flight !== undefined; flight = flight.next) flight.voided = true;
    }
    this.#buckets = new Array(FIRST_BUCKETS).fill(undefined);
    this.#size = 0;
    return count;
  }

  #hashOf(key: Buffer): number {
    return xxh32(key, 0, key.length, this.#seed);
  }

  #find(key: Buffer, hash: number): Flight | undefined {
    let flight = this.#buckets[hash & (this.#buckets.length - 1)];
    while (flight !== undefined && !(flight.hash === hash && flight.key.equals(key))) flight = flight.next;
    return flight;
  }

  /** Takes a flight out of the table; a flight that has been voided is not in it. */
  #remove(flight: Flight): void {
    const bucket = flight.hash & (this.#buckets.length - 1);
    let before: Flight | undefined;
    let at = this.#buckets[bucket];
    while (at !== undefined && at !== flight) {
      before = at;
      at = at.next;
    }
    if (at === undefined) return;
    if (before === undefined) this.#buckets[bucket] = flight.next;
    else before.next = flight.next;
    this.#size--;
  }

  #grow(): void {
    const old = this.#buckets;
    this.#buckets = new Array(2 * old.length).fill(undefined);
    for (const first of old) {
      for (let flight = first; flight !== undefined; ) {
        const { next } = flight;
        const bucket = flight.hash & (this.#buckets.length - 1);
        flight.next = this.#buckets[bucket];
        this.#buckets[bucket] = flight;
        flight = next;
      }
    }
  }
}
