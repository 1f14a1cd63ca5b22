/**
 * Keyspace notifications: what happens to keys, told on the channels `__keyspace@0__:KEY` and `__keyevent@0__:EVENT`.
 *
 * Invariants: the member that answers for a key tells of it, and its own clients hear it, as in Redis Cluster. Names, classes and
 * order are redis-server's. While `notify-keyspace-events` names nothing, each change costs one check. What is done between
 * `hold` and `release` is told at the release, or not at all. Does not know who listens.
 */
import type { Edit, Edited, Operation } from "../../cluster/edit.ts";
import { type EventClass, namesClass } from "../conf/event-classes.ts";
import { clientKey, databaseOf } from "../store/database-key.ts";
import type { FreeWrites } from "../store/free-writes.ts";
import type { EndListener, EntryEnds } from "./entry-ends.ts";

/** The class of each event. A command names its event by a row here, and by `event` of its edit. */
const CLASSES: Readonly<Record<string, EventClass>> = {
  ...{ set: "$", del: "g", expire: "g", persist: "g", expired: "x", evicted: "e", new: "n", keymiss: "m" },
  ...{ rename_from: "g", rename_to: "g", copy_to: "g" },
  ...{ incrby: "$", incrbyfloat: "$", append: "$", setrange: "$", setbit: "$" },
};

/** The event of each operation. */
const OF_OPERATIONS: Readonly<Record<Operation["kind"], string>> = {
  add: "incrby",
  addFloat: "incrbyfloat",
  append: "append",
  setRange: "setrange",
  setBit: "setbit",
};

export interface KeyEventsOptions {
  readonly ends: EntryEnds;
  /** What `notify-keyspace-events` says, as eventClassesOf has written it. */
  readonly classes: () => string;
  /** Whether this member answers for the key. */
  readonly answersFor: (key: Buffer) => boolean;
  /** Tells the clients of this node that listen to a channel. */
  readonly announce: (channel: Buffer, message: Buffer) => void;
  /** Undefined: no other thread writes. */
  readonly freeWrites?: FreeWrites | undefined;
}

interface HeldEvent {
  readonly key: Buffer;
  readonly name: string;
  /** An entry has gone, whatever becomes of the command that made it go. */
  readonly isFinal: boolean;
}

export class KeyEvents {
  readonly #options: KeyEventsOptions;
  #classes = "";
  /** Entries that have ended, with their events. A store names them inside its lock, where no more may be done. */
  #ended: [key: Buffer, name: string][] = [];
  /** What has happened since `hold`; undefined: nothing is held back. */
  #held: HeldEvent[] | undefined;
  readonly #onEnd: EndListener = (key, end, hadValue) => {
    if (!hadValue) return;
    if (this.#ended.push([key, end === "evicted" ? "evicted" : "expired"]) === 1)
      queueMicrotask(() => this.#tellEnded());
  };

  constructor(options: KeyEventsOptions) {
    this.#options = options;
    this.confChanged();
  }

  /** Some event may have to be told. */
  get isOn(): boolean {
    return this.#classes !== "";
  }

  /** To be called when `notify-keyspace-events` may have changed. */
  confChanged(): void {
    const classes = this.#options.classes();
    const tells = namesClass(classes, "K") || namesClass(classes, "E");
    this.#classes = tells ? classes : "";
    this.#options.freeWrites?.set("events", tells);
    this.#options.ends.set(this.#onEnd, this.#names("x") || this.#names("e"));
  }

  /** An edit has changed an entry. */
  edited(key: Buffer, edit: Edit, edited: Edited): void {
    if (this.isOn) for (const name of eventsOf(edit, edited)) this.happened(key, name);
  }

  /** One of the events above has happened to a key. */
  happened(key: Buffer, name: string): void {
    if (!this.isOn) return;
    this.#tellEnded();
    if (this.#held === undefined) this.#tell(key, name);
    else this.#held.push({ key: Buffer.from(key), name, isFinal: false });
  }

  /** Holds back what happens from now on: somebody may take it back. */
  hold(): void {
    if (this.isOn) this.#held = [];
  }

  /** Tells what has happened since `hold`. `isTakenBack`: only of entries that were evicted or have expired. */
  release(isTakenBack: boolean): void {
    if (this.#held === undefined) return;
    this.#tellEnded();
    const held = this.#held;
    this.#held = undefined;
    for (const { key, name, isFinal } of held) if (isFinal || !isTakenBack) this.#tell(key, name);
  }

  #names(letter: EventClass): boolean {
    return namesClass(this.#classes, letter);
  }

  /** What a command ends before it sets another value comes first. */
  #tellEnded(): void {
    for (const [key, name] of this.#ended.splice(0))
      if (this.#held === undefined) this.#tell(key, name);
      else this.#held.push({ key, name, isFinal: true });
  }

  #tell(key: Buffer, name: string): void {
    const { answersFor, announce } = this.#options;
    if (!this.#names(CLASSES[name]!) || !answersFor(key)) return;
    const database = databaseOf(key);
    const said = Buffer.from(clientKey(key));
    const event = Buffer.from(name);
    if (this.#names("K")) announce(Buffer.concat([Buffer.from(`__keyspace@${database}__:`), said]), event);
    if (this.#names("E")) announce(Buffer.from(`__keyevent@${database}__:${name}`), said);
  }
}

/** The events of an edit that has changed an entry, in redis-server's order. */
function eventsOf({ value, operation, life, event }: Edit, { held }: Edited): readonly string[] {
  if (operation !== undefined) return [...(held ? [] : ["new"]), OF_OPERATIONS[operation.kind]];
  const isOver = typeof life === "number" && life <= 0;
  if (value === null) return [event ?? "del"];
  if (value === undefined) return [event ?? (isOver ? "del" : life === "endless" ? "persist" : "expire")];
  const events = held ? [] : ["new"];
  if (event !== undefined) return [...events, event];
  events.push("set");
  if (typeof life === "number") events.push("expire");
  if (isOver) events.push("expired");
  return events;
}
