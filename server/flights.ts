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
import type { Outcome } from "../cluster/outcome.ts";

/** One piece of work under way. */
export interface Flight {
  /** A DEL or a flush came since it started: its outcome must not be kept. */
  voided: boolean;
  readonly outcome: Promise<Outcome>;
}

/** The flights of one group and one kind (loads, or forwards). */
export class Flights {
  readonly #byKey = new Map<string, Flight>();

  /** How many can be joined now. */
  get size(): number {
    return this.#byKey.size;
  }

  /** The flight of this key that a newcomer may wait for. */
  find(key: Buffer): Flight | undefined {
    return this.#byKey.get(nameOf(key));
  }

  /**
   * Starts the flight of a key that has none. `work` gets the flight, so that it can see at its end whether it has
   * been voided; it must not reject. The key is free again as soon as the work has ended.
   */
  start(key: Buffer, work: (flight: Flight) => Promise<Outcome>): Flight {
    const name = nameOf(key);
    let land!: (outcome: Outcome) => void;
    const flight: Flight = { voided: false, outcome: new Promise((resolve) => (land = resolve)) };
    this.#byKey.set(name, flight);
    work(flight).then((outcome) => {
      if (this.#byKey.get(name) === flight) this.#byKey.delete(name);
      land(outcome);
    });
    return flight;
  }

  /** Voids the flight of a key, if there is one. */
  void(key: Buffer): boolean {
    const name = nameOf(key);
    const flight = this.#byKey.get(name);
    if (flight === undefined) return false;
    flight.voided = true;
    return this.#byKey.delete(name);
  }

  /** Voids every flight; returns how many. */
  voidAll(): number {
    const count = this.#byKey.size;
    for (const flight of this.#byKey.values()) flight.voided = true;
    this.#byKey.clear();
    return count;
  }
}

/** Latin-1 maps bytes to characters one to one, so different keys have different names. */
function nameOf(key: Buffer): string {
  return key.toString("latin1");
}
