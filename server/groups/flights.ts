/**
 * Work under way, one flight a key: whoever asks for a key that is already being worked on waits for the same end.
 *
 * Invariant: at most one flight a key can be joined at any moment. A flight that has been voided can no longer be
 * joined: those already waiting get its outcome, and nobody may keep that outcome. Knows neither loaders nor peers.
 *
 *     GET k ── starts flight ──────────── outcome v1 ── waiters get v1, not stored (voided)
 *     GET k ───── joins ─────────────────────┘
 *     DEL k ─────────── voids ──▶ ack
 *     GET k ──────────────────────── starts the next flight ─────────── outcome v2, stored
 */
import type { Outcome } from "../../cluster/outcome.ts";
import { xxh32 } from "../../proto/xxh32.ts";

/** Is called once, in the flight's own turn. Must not throw. The outcome may be a view: copy what is kept. */
export type Waiter = (outcome: Outcome) => void;

/** One piece of work under way. Who waits is called back: a promise for each of them costs more than all the rest. */
export class Flight {
  /** A DEL or a flush came since it started: its outcome must not be kept. */
  voided = false;
  readonly key: Buffer;
  readonly hash: number;
  /** In its bucket. */
  next: Flight | undefined;
  readonly #first: Waiter;
  #others: Waiter[] | undefined;

  constructor(key: Buffer, hash: number, first: Waiter, next: Flight | undefined) {
    this.key = key;
    this.hash = hash;
    this.#first = first;
    this.next = next;
  }

  wait(waiter: Waiter): void {
    if (this.#others === undefined) this.#others = [waiter];
    else this.#others.push(waiter);
  }

  /** Tells everybody who waits. Flights.land calls it. */
  end(outcome: Outcome): void {
    this.#first(outcome);
    if (this.#others !== undefined) for (const waiter of this.#others) waiter(outcome);
  }
}

const FIRST_BUCKETS = 16;

/**
 * The flights of one group and one kind (loads, or forwards): a hash table of chains through the flights themselves. A
 * Map that is added to and deleted from all the time keeps making new tables, and names for its keys (measured: a third of
 * what a forwarded GET costs).
 */
export class Flights {
  readonly #seed: number;
  #buckets: (Flight | undefined)[] = new Array(FIRST_BUCKETS).fill(undefined);
  #size = 0;

  /** `seed`: of the hash of the keys, so that nobody can choose keys that meet in one bucket. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** How many can be joined now. */
  get size(): number {
    return this.#size;
  }

  /**
   * Waits for the end of the work on a key, whose bytes must stay as they are. Undefined: it is under way already; else
   * the flight of the work that the caller has to begin, and to land.
   */
  board(key: Buffer, waiter: Waiter): Flight | undefined {
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

  /** Ends a flight: the key is free again before anybody hears of the outcome. */
  land(flight: Flight, outcome: Outcome): void {
    this.#remove(flight);
    flight.end(outcome);
  }

  /** Voids the flight of a key, if there is one. */
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

  /** Does nothing for a flight that has been voided. */
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
