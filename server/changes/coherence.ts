/**
 * Commands that change or count entries everywhere: DEL, SET and its kin, FLUSHALL, EXISTS, DBSIZE, and the ring.
 *
 * Invariant: when a change has been answered, no member that could be reached gives an older value any more, and no
 * load that began before it will be stored. A change goes round twice. In between, a member told early may have copied
 * the old value from one told late; after the first round no entry and no load under way has it any more, after the
 * second no copy and no forward. That holds whoever each member takes for the owner: to tell the owner first and
 * then the others is one message a member less, and wrong while members differ about who is up. The second round
 * leaves entries and loads alone: they can only be newer, such as what a SET right behind a DEL has put there. What a
 * member does for a change is purely local to it. Does not know RESP.
 *
 *     DEL k   ─▶ this node ─▶ 1. every member: entry, copy, load and forward under way
 *                          ─▶ 2. every member: copy and forward under way
 *     SET k v ─▶ this node ─▶ 1. the owner: as above, and keeps v; all others: as above
 *                          ─▶ 2. every member: copy and forward under way
 *
 * Where the owner has to decide (NX, EXPIRE, GETDEL) it is asked alone before the others are told.
 */
import type { Edit, Edited } from "../../cluster/edit.ts";
import { refusedEdit } from "../../cluster/edit-message.ts";
import type { Glimpse } from "../../cluster/outcome.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import type { Tracker } from "../../cluster/tracker.ts";
import { sumFigures } from "../groups/group-figures.ts";
import type { Groups } from "../groups/groups.ts";
import type { Membership } from "../members/membership.ts";
import type { Tracking } from "../tracking/tracking.ts";

/** The part of the peer links that these commands need. */
export interface CoherencePeers {
  isUp(id: string): boolean;
  look(id: string, key: Uint8Array): Promise<Glimpse>;
  /** Has the member note that this node is about to look at a key; before `look` or `edit`, in one tick with it. */
  track(id: string, key: Uint8Array, kind: "lookedAt"): void;
  remove(id: string, keys: readonly Uint8Array[], copiesOnly: boolean): Promise<number>;
  flush(id: string, copiesOnly: boolean): Promise<void>;
  edit(id: string, key: Uint8Array, edit: Edit): Promise<Edited>;
  count(id: string): Promise<number>;
  ring(id: string, epoch: number, members: readonly string[]): Promise<boolean>;
}

export interface CoherenceOptions {
  readonly groups: Groups;
  readonly membership: Membership;
  /** Undefined on a node that is alone. */
  readonly peers: CoherencePeers | undefined;
  readonly tracking: Pick<Tracking, "looks" | "changed" | "flushed" | "unvouched" | "vouchesNoMore">;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told of every key that is deleted here, whether or not anything was held. */
  readonly removed?: (key: Buffer) => void;
  /** Told that everything here has been deleted. */
  readonly flushed?: () => void;
}

/** Who has something done, of this node's clients: undefined where it is somebody else. */
export interface Actor {
  /** The client that makes a change: with NOLOOP it does not want to hear of that. */
  readonly by?: number | undefined;
  /** Whom to tell when what was looked at no longer holds. */
  readonly reader?: Tracker | undefined;
}

/** How long an operator waits for a new member's link, and how often it is looked for. */
const JOIN_MS = 2000;
const LOOK_AGAIN_MS = 10;

/** Nothing is known of a key, for want of a group that takes it. */
const MISSING: Glimpse = { kind: "missing", bytes: 0, ttlMs: undefined, footprintBytes: 0 };
const NOT_HELD: Edited = { ...refusedEdit(""), error: undefined };
/** As for a GET: two failures in a row, and this node stands in. */
const MAX_ASKED = 2;
const NOBODY: ReadonlySet<string> = new Set();

export class Coherence {
  readonly #options: CoherenceOptions;

  constructor(options: CoherenceOptions) {
    this.#options = options;
  }

  /**
   * Deletes keys here: entries, copies, and what is under way. Returns how many entries held a value. `by`: the client of
   * this node that asked for it.
   */
  removeHere(keys: readonly Uint8Array[], by?: number): number {
    let removed = 0;
    for (const key of keys) {
      const group = this.#options.groups.of(key, 0, key.length);
      if (group === undefined) continue;
      const bytes = asBuffer(key);
      group.loads.void(bytes);
      group.forwards.void(bytes);
      group.trackedForwards.void(bytes);
      group.mirrors?.delete(bytes);
      if (group.store.delete(bytes)) removed++;
      this.#options.tracking.changed(bytes, by);
      this.#options.removed?.(bytes);
    }
    return removed;
  }

  /** Drops what came from other members: mirrors, and forwards under way. */
  dropCopiesHere(keys: readonly Uint8Array[]): void {
    for (const key of keys) {
      const group = this.#options.groups.of(key, 0, key.length);
      const bytes = asBuffer(key);
      group?.forwards.void(bytes);
      group?.trackedForwards.void(bytes);
      group?.mirrors?.delete(bytes);
    }
  }

  /** Carries an edit out on this node's own store; one that changes something also drops copies and voids the load. */
  editHere(key: Uint8Array, edit: Edit, by?: number): Edited {
    const group = this.#options.groups.of(key, 0, key.length);
    if (group === undefined) return edit.value ? refusedEdit("no group takes the key") : NOT_HELD;
    const edited = group.store.edit(key, edit);
    if (!edited.changed) return edited;
    group.loads.void(asBuffer(key));
    this.dropCopiesHere([key]);
    this.#options.tracking.changed(asBuffer(key), by);
    this.#options.removed?.(asBuffer(key));
    return edited;
  }

  /**
   * The owner says that what this node has read of keys no longer holds; undefined: of all keys. Who asks from now on has
   * to ask the owner.
   */
  invalidatedByOwner(keys: readonly Uint8Array[] | undefined): void {
    const { tracking, groups } = this.#options;
    if (keys === undefined) {
      for (const group of groups.all) group.trackedForwards.voidAll();
      tracking.vouchesNoMore();
    }
    for (const key of keys ?? []) {
      const group = groups.of(key, 0, key.length);
      const bytes = Buffer.from(key);
      group?.trackedForwards.void(bytes);
      group?.mirrors?.delete(bytes);
      tracking.unvouched(bytes);
    }
  }

  /** Empties this node: entries, copies, and what is under way. */
  flushHere(by?: number): void {
    for (const group of this.#options.groups.all) {
      group.loads.voidAll();
      group.store.clear();
    }
    this.dropAllCopiesHere();
    this.#options.tracking.flushed(by);
    this.#options.flushed?.();
  }

  dropAllCopiesHere(): void {
    for (const group of this.#options.groups.all) {
      group.forwards.voidAll();
      group.trackedForwards.voidAll();
      group.mirrors?.clear();
    }
  }

  /** Live entries of this node's own stores. */
  countHere(): number {
    return sumFigures(this.#options.groups.all).entries;
  }

  /** What this node's own store knows of a key. */
  lookHere(key: Uint8Array): Glimpse {
    return this.#options.groups.of(key, 0, key.length)?.store.look(key) ?? MISSING;
  }

  /** Deletes keys in the whole cluster; returns how many were held. */
  async remove(keys: readonly Buffer[], { by }: Actor = {}): Promise<number> {
    const unique = [...new Map(keys.map((key) => [key.toString("latin1"), key])).values()];
    if (this.#options.peers === undefined) return this.removeHere(unique, by);
    const owners = unique.map((key) => this.ownerNow(key));
    // An entry of a stand-in or a former owner is not another entry: a member counts only what it owns.
    const [removed] = await Promise.all([
      this.#removeEach((id) => unique.filter((_, i) => owners[i] === id), by),
      this.#removeEach((id) => unique.filter((_, i) => owners[i] !== id), by),
    ]);
    await this.#dropCopies(unique);
    return removed;
  }

  /** Empties the whole cluster, in two rounds as well. */
  async flush({ by }: Actor = {}): Promise<void> {
    this.flushHere(by);
    if (this.#options.peers === undefined) return;
    await this.#everyOther((peers, id) => peers.flush(id, false), undefined);
    this.dropAllCopiesHere();
    await this.#everyOther((peers, id) => peers.flush(id, true), undefined);
  }

  /**
   * Edits an entry at its owner, and has every copy of it dropped when that has changed it. Bytes of the caller's are
   * used no longer than this call lasts. At once on a node that is alone; a key of no group has no entry.
   */
  edit(key: Uint8Array, edit: Edit, { by, reader }: Actor = {}): Edited | Promise<Edited> {
    const { groups, peers } = this.#options;
    if (reader !== undefined) this.#looks(Buffer.from(key), reader);
    const isHere = peers === undefined || groups.of(key, 0, key.length) === undefined;
    if (isHere) return this.editHere(key, edit, by);
    const value = edit.value && Buffer.from(edit.value);
    const own = { ...edit, value };
    return changes(edit) ? this.#change(Buffer.from(key), own, by) : this.#inspect(Buffer.from(key), own);
  }

  async #change(key: Buffer, edit: Edit, by: number | undefined): Promise<Edited> {
    const owner = this.ownerNow(key);
    const allBut = (target: string) => this.#removeEach((id) => (id === target ? [] : [key]), by);
    // Before anything is awaited: a GET behind this in a pipeline must not be answered from a copy.
    if (owner !== this.#options.membership.self) this.removeHere([key], by);
    // Copies may go whatever the owner says, but are dear where it may say no.
    const isSure = edit.value instanceof Uint8Array && edit.conditions.length === 0;
    const [{ edited, target }] = await Promise.all([
      this.#editAtOwner(key, edit, owner, by),
      isSure ? allBut(owner) : 0,
    ]);
    // Who could not be reached may have done it all the same, and then loses it as it loses any copy.
    if (!edited.changed && target === owner) return edited;
    if (!isSure || target !== owner) await allBut(target);
    await this.#dropCopies([key]);
    return edited;
  }

  /** Asks the owner, or when it cannot be reached who stands in for it, at last this node itself. */
  async #editAtOwner(
    key: Buffer,
    edit: Edit,
    owner: string,
    by: number | undefined,
  ): Promise<{ edited: Edited; target: string }> {
    const { membership, peers } = this.#options;
    const tried = new Set<string>();
    let target = owner;
    while (target !== membership.self && tried.size < MAX_ASKED) {
      try {
        return { edited: await peers!.edit(target, key, edit), target };
      } catch (error) {
        if (!(error instanceof PeerUnreachable)) throw error;
        tried.add(target);
        target = this.ownerNow(key, tried);
      }
    }
    return { edited: this.editHere(key, edit, by), target: membership.self };
  }

  /** An edit that changes nothing, hence needs no rounds. */
  #inspect(key: Buffer, edit: Edit): Edited | Promise<Edited> {
    const owner = this.ownerNow(key);
    if (owner === this.#options.membership.self) return this.editHere(key, edit);
    return orWhenUnreachable(this.#options.peers!.edit(owner, key, edit), () => this.editHere(key, edit));
  }

  /** Live entries of all members that can be reached; copies are not counted. */
  async count(): Promise<number> {
    // Counted before anything is awaited: a FLUSHALL behind a DBSIZE in a pipeline comes after it.
    const here = this.countHere();
    const others = await this.#everyOther((peers, id) => peers.count(id), 0);
    return others.reduce((sum, count) => sum + count, here);
  }

  /** What the key's owner knows of it. `key` must be the caller's own copy. */
  async look(key: Buffer, { reader }: Actor = {}): Promise<Glimpse> {
    const owner = this.ownerNow(key);
    if (reader !== undefined) this.#looks(key, reader);
    if (owner === this.#options.membership.self) return this.lookHere(key);
    return orWhenUnreachable(this.#options.peers!.look(owner, key), () => this.lookHere(key));
  }

  /**
   * Puts a new ring into force everywhere; returns the members, old or new, that did not take it, sorted. Those to whom
   * the new ring leaves this node no link (who leave; all others, when this node leaves) are told first.
   */
  async changeRing(members: readonly string[]): Promise<string[]> {
    const { membership } = this.#options;
    const epoch = membership.epoch + 1;
    const stays = (id: string) => members.includes(id) && members.includes(membership.self);
    const unlinked = membership.others.filter((id) => !stays(id));
    const missed = await this.#tellRing(unlinked, epoch, members);
    // A newer ring may have come from elsewhere meanwhile.
    if (!membership.take(epoch, members)) missed.push(membership.self);
    missed.push(...(await this.#tellRing(membership.others, epoch, members)));
    return [...new Set(missed)].sort();
  }

  /** Returns the members that did not take the ring. */
  async #tellRing(ids: readonly string[], epoch: number, members: readonly string[]): Promise<string[]> {
    const { peers } = this.#options;
    const tell = async (id: string): Promise<boolean> => {
      if (peers === undefined || !(await this.#isUpSoon(peers, id))) return false;
      return peers.ring(id, epoch, members);
    };
    const taken = await Promise.all(ids.map((id) => orWhenUnreachable(tell(id), () => false)));
    return ids.filter((_, i) => !taken[i]);
  }

  /** A member that has just been added is still being dialled. */
  async #isUpSoon(peers: CoherencePeers, id: string): Promise<boolean> {
    for (let waitedMs = 0; waitedMs < JOIN_MS && !peers.isUp(id); waitedMs += LOOK_AGAIN_MS)
      await this.#options.sleep(LOOK_AGAIN_MS);
    return peers.isUp(id);
  }

  /** The member that answers for a key now: its owner, or who stands in for it; none of those that have failed. */
  ownerNow(key: Buffer, tried: ReadonlySet<string> = NOBODY): string {
    const { membership, peers } = this.#options;
    if (peers === undefined) return membership.self;
    const isUp = (id: string) => id === membership.self || (peers.isUp(id) && !tried.has(id));
    return membership.ring.ownerAmong(key, isUp) ?? membership.self;
  }

  /** Notes here and at the owner that a client looks at a key, before it does. */
  #looks(key: Buffer, reader: Tracker): void {
    const { tracking, groups, membership, peers } = this.#options;
    // What no group takes does not change.
    if (groups.of(key, 0, key.length) === undefined) return;
    tracking.looks(key, reader);
    const owner = this.ownerNow(key);
    if (owner !== membership.self) peers!.track(owner, key, "lookedAt");
  }

  /** Has every member delete its part of the keys; returns how many entries held a value. */
  async #removeEach(part: (id: string) => readonly Buffer[], by: number | undefined): Promise<number> {
    const counts = this.#options.membership.members.map((id) => {
      const keys = part(id);
      return keys.length > 0 ? this.#removeAt(id, keys, by) : 0;
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  /** A member that cannot be reached gets the delete when its link comes back; it counts as nothing removed. */
  #removeAt(id: string, keys: readonly Buffer[], by: number | undefined): Promise<number> | number {
    if (id === this.#options.membership.self) return this.removeHere(keys, by);
    return orWhenUnreachable(this.#options.peers!.remove(id, keys, false), () => 0);
  }

  /** The second round. */
  async #dropCopies(keys: readonly Buffer[]): Promise<void> {
    this.dropCopiesHere(keys);
    await this.#everyOther((peers, id) => peers.remove(id, keys, true), 0);
  }

  async #everyOther<T>(ask: (peers: CoherencePeers, id: string) => Promise<T>, missing: T): Promise<T[]> {
    const { peers, membership } = this.#options;
    if (peers === undefined) return [];
    return Promise.all(membership.others.map((id) => orWhenUnreachable(ask(peers, id), () => missing)));
  }
}

/** Whether an edit can change anything but the count of uses. */
function changes({ value, life }: Edit): boolean {
  return value !== undefined || life !== "keep";
}

/** What a member answers, or `otherwise` when it cannot be reached. */
export async function orWhenUnreachable<T>(promise: Promise<T>, otherwise: () => T): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof PeerUnreachable) return otherwise();
    throw error;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
