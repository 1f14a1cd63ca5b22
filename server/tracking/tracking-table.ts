/**
 * Which keys have been read by whom, for those who want to hear when that no longer holds.
 *
 * Invariants: a tracker is told of a key once for each time it was noted (who is told is taken out); what the table
 * holds is bounded, the key that was noted first gives way; no deadline outlives its key. Readers of a key wait
 * for a load where there is no entry, so that they are not told when the load fills it; those who only look are told. Does not know stores or clients.
 */
import type { Tracker } from "../../cluster/tracker.ts";

/** One tracker is by far the most frequent case, and a Set costs 200 bytes. */
type Trackers = Tracker | Set<Tracker> | undefined;

interface Note {
  readers: Trackers;
  lookers: Trackers;
  /** The slot of time in which the entry expires; 0: it does not, or none is known. */
  slot: number;
}

/** A key counts as one for each so many bytes that it begins. */
const KEY_BYTES = 256;
/** Trackers of all keys together, for each key that the table may hold. */
const ITEMS_A_KEY = 10;
/** Deadlines are met this late at most. */
export const SLOT_MS = 100;
/** From so many on, those who are gone are looked for whenever the number has doubled. */
const MANY = 8;

export class TrackingTable {
  readonly #notes = new Map<string, Note>();
  readonly #slots = new Map<number, Set<string>>();
  /** Kept, because a new one would step over everything that was deleted before. */
  #oldest: Iterator<string> = this.#notes.keys();
  /** From 1 on: 0 in a note means none. */
  #nextSlot = 1;
  #charge = 0;
  #items = 0;

  get keys(): number {
    return this.#notes.size;
  }

  /** Trackers of all keys, those who are gone among them until their key is told of. */
  get items(): number {
    return this.#items;
  }

  has(name: string): boolean {
    return this.#notes.has(name);
  }

  /** Notes that a tracker reads a key, or looks at it. */
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

  /** Takes a key out; returns who has to be told. */
  take(name: string): Tracker[] {
    const note = this.#notes.get(name);
    if (note === undefined) return [];
    this.#notes.delete(name);
    this.#charge -= chargeOf(name);
    this.#items -= countOf(note.readers) + countOf(note.lookers);
    this.#unslot(name, note);
    return [...new Set([...listOf(note.readers), ...listOf(note.lookers)])];
  }

  /** Takes out those who have looked at the key; returns them. */
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

  /** The key to take out because the table is larger than `maxKeys` allows: the one that was noted first. */
  overflow(maxKeys: number): string | undefined {
    if (this.#charge <= maxKeys && this.#items <= maxKeys * ITEMS_A_KEY) return undefined;
    for (;;) {
      const { value, done } = this.#oldest.next();
      if (done !== true) return value;
      this.#oldest = this.#notes.keys();
    }
  }

  /** An entry of this key was seen that expires. */
  isDated(name: string): boolean {
    return (this.#notes.get(name)?.slot ?? 0) > 0;
  }

  /** Says when the entry of a key that is in the table expires; undefined: never. */
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

  /** Keys whose time is up; each is returned once. */
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
