/**
 * Notes which tracker has read which key.
 *
 * Invariants: a key that is taken out is noted no more, so its trackers are told once. The table is bounded; when it is
 * full, the key that was noted first gives way. No deadline outlives its key.
 *
 * A key has two kinds of trackers. A reader (GET) has the value, or waits for the load of it: a load that fills the key
 * tells it nothing. A looker (EXISTS, TTL) has seen that there is no entry: the load makes that wrong.
 *
 * Names are keys as Latin-1 text. Does not know stores or clients.
 */
import type { Tracker } from "../../cluster/tracker.ts";

/** Most keys have one tracker, and a Set costs 200 bytes. */
type Trackers = Tracker | Set<Tracker> | undefined;

interface Note {
  readers: Trackers;
  lookers: Trackers;
  /** The slot of time in which the entry expires. 0: it does not expire, or no entry is known. */
  slot: number;
}

/** So that long keys do not fill the heap, a key counts once more for each 256 bytes of it. */
const KEY_BYTES = 256;
/** Trackers that the table holds for each key that it may hold, so that many clients do not fill the heap. */
const ITEMS_A_KEY = 10;
/** A slot of time. A key is due one slot too late at most, which no client notices. */
const SLOT_MS = 100;
/** A set of trackers is cleared of those that are gone at this size, and whenever the size has doubled. */
const MANY = 8;

export class TrackingTable {
  readonly #notes = new Map<string, Note>();
  readonly #slots = new Map<number, Set<string>>();
  /** Kept between calls: a new iterator would step over everything that has been deleted. */
  #oldest: Iterator<string> = this.#notes.keys();
  /** Begins at 1, because 0 in a note means no slot. */
  #nextSlot = 1;
  #charge = 0;
  #items = 0;

  get keys(): number {
    return this.#notes.size;
  }

  /** How many trackers all keys have together. A tracker that is gone still counts until it is taken out. */
  get items(): number {
    return this.#items;
  }

  has(name: string): boolean {
    return this.#notes.has(name);
  }

  /** Notes a tracker for a key. */
  add(name: string, tracker: Tracker, kind: "readers" | "lookers"): void {
    let note = this.#notes.get(name);
    if (note === undefined) {
      note = { readers: undefined, lookers: undefined, slot: 0 };
      this.#notes.set(name, note);
      this.#charge += chargeOf(name);
    }
    const before = countOf(note[kind]);
    note[kind] = withTracker(note[kind], tracker);
    this.#items += countOf(note[kind]) - before;
  }

  /** Takes a key out; returns its trackers. */
  take(name: string): Tracker[] {
    const note = this.#notes.get(name);
    if (note === undefined) return [];
    this.#notes.delete(name);
    this.#charge -= chargeOf(name);
    this.#items -= countOf(note.readers) + countOf(note.lookers);
    this.#unslot(name, note);
    return [...new Set([...listOf(note.readers), ...listOf(note.lookers)])];
  }

  /** Takes the lookers of a key out; returns them. */
  takeLookers(name: string): Tracker[] {
    const note = this.#notes.get(name);
    if (note?.lookers === undefined) return [];
    if (note.readers === undefined) return this.take(name);
    const lookers = listOf(note.lookers);
    this.#items -= lookers.length;
    note.lookers = undefined;
    return lookers;
  }

  /** Forgets everything. */
  clear(): void {
    this.#notes.clear();
    this.#slots.clear();
    this.#oldest = this.#notes.keys();
    this.#charge = this.#items = 0;
  }

  /** The key to take out when the table is too large: the one that was noted first. Undefined: it is not too large. */
  overflow(maxKeys: number): string | undefined {
    if (this.#charge <= maxKeys && this.#items <= maxKeys * ITEMS_A_KEY) return undefined;
    for (;;) {
      const { value, done } = this.#oldest.next();
      if (done !== true) return value;
      this.#oldest = this.#notes.keys();
    }
  }

  /** The key has a deadline. */
  isDated(name: string): boolean {
    return (this.#notes.get(name)?.slot ?? 0) > 0;
  }

  /** Sets the deadline of a key that is in the table. Undefined: its entry does not expire. */
  expiresAt(name: string, atMs: number | undefined): void {
    const note = this.#notes.get(name);
    if (note === undefined) return;
    this.#unslot(name, note);
    if (atMs === undefined) return;
    note.slot = Math.max(this.#nextSlot, Math.ceil(atMs / SLOT_MS));
    const names = this.#slots.get(note.slot);
    if (names === undefined) this.#slots.set(note.slot, new Set([name]));
    else names.add(name);
  }

  /** The keys whose deadlines have passed. Each is returned once. */
  due(nowMs: number): string[] {
    const last = Math.floor(nowMs / SLOT_MS);
    const due: string[] = [];
    for (; this.#slots.size > 0 && this.#nextSlot <= last; this.#nextSlot++) {
      for (const name of this.#slots.get(this.#nextSlot) ?? []) {
        this.#notes.get(name)!.slot = 0;
        due.push(name);
      }
      this.#slots.delete(this.#nextSlot);
    }
    this.#nextSlot = Math.max(this.#nextSlot, last + 1);
    return due;
  }

  #unslot(name: string, note: Note): void {
    if (note.slot === 0) return;
    const names = this.#slots.get(note.slot)!;
    names.delete(name);
    if (names.size === 0) this.#slots.delete(note.slot);
    note.slot = 0;
  }
}

function chargeOf(name: string): number {
  return 1 + Math.floor(name.length / KEY_BYTES);
}

function countOf(trackers: Trackers): number {
  if (trackers === undefined) return 0;
  return trackers instanceof Set ? trackers.size : 1;
}

function listOf(trackers: Trackers): Tracker[] {
  if (trackers === undefined) return [];
  return trackers instanceof Set ? [...trackers] : [trackers];
}

function withTracker(trackers: Trackers, tracker: Tracker): Trackers {
  if (trackers === undefined || trackers === tracker) return tracker;
  if (!(trackers instanceof Set)) return trackers.isGone ? tracker : new Set([trackers, tracker]);
  const { size } = trackers;
  if (size >= MANY && (size & (size - 1)) === 0) {
    for (const other of trackers) if (other.isGone) trackers.delete(other);
  }
  return trackers.add(tracker);
}
