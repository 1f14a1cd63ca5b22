/**
 * What a change does on this node: to its stores, its mirrors and the work under way. For a change of the whole cluster,
 * every member does this.
 *
 * Invariants: a change voids the load of its key, so that a value from before it is never kept; clients that track or
 * watch the key are told. Asks no other member.
 */
import type { Version } from "../../cluster/change.ts";
import type { Edit, Edited } from "../../cluster/edit.ts";
import { refusedEdit } from "../../cluster/edit-message.ts";
import type { World } from "../../cluster/world.ts";
import { editErrors } from "../../proto/error-texts.ts";
import type { Group, Groups } from "../groups/groups.ts";
import type { Owners } from "../members/owners.ts";
import type { Actor } from "../tracking/actor.ts";
import type { KeyEvents } from "../tracking/key-events.ts";
import type { Tracking } from "../tracking/tracking.ts";
import type { Watches } from "../tracking/watches.ts";
import type { Given } from "./given.ts";
import { PlainChanges } from "./plain-changes.ts";
import { PlainSets } from "./plain-sets.ts";

export interface LocalChangesOptions {
  readonly groups: Groups;
  readonly tracking: Pick<Tracking, "isIdle" | "changed" | "flushed" | "lostTrack" | "lostTrackOfAll">;
  readonly watches: Pick<Watches, "isIdle" | "touch" | "touchAll">;
  /** Undefined: no other member has a group for a key that has none here. */
  readonly owners?: Pick<Owners, "refusal">;
  /** Runs something when the clients that wait have been served. Undefined: a flush is done in one go. */
  readonly soon?: World["soon"];
  /** Undefined: nobody can hear of events. */
  readonly events?: Pick<KeyEvents, "isOn" | "edited" | "happened">;
  /** Undefined on a node that is alone, where no change comes late. */
  readonly given?: Given | undefined;
}

/** A change of another member as it is done here. `version`: what was given later stays; undefined: nothing was. */
type Flushing = Actor & { readonly database?: number | undefined; readonly version?: Version | undefined };

/** Of a flush: how long a client waits at most for a slice of it. */
const SLICE_MS = 1;
const NOT_HELD: Edited = { ...refusedEdit(""), error: undefined };

export class LocalChanges {
  /** For a node that is alone. */
  readonly plainSets: PlainSets;
  readonly plainChanges: PlainChanges;
  readonly #options: LocalChangesOptions;

  constructor(options: LocalChangesOptions) {
    this.#options = options;
    this.plainSets = new PlainSets(options);
    this.plainChanges = new PlainChanges(options);
  }

  /**
   * Deletes the entries and copies of keys, and voids their loads and forwards under way. Returns how many entries held a
   * value. `by`: the client of this node that asked for it. `version`: what was given later stays.
   */
  remove(keys: readonly Uint8Array[], by?: number, version?: Version): number {
    const { given } = this.#options;
    let removed = 0;
    for (const key of keys) {
      const group = this.#options.groups.of(key, 0, key.length);
      const bytes = asBuffer(key);
      if (group !== undefined) {
        group.loads.void(bytes);
        dropCopiesOf(group, bytes);
        if (version !== undefined && given?.isLater(bytes, version)) continue;
        given?.forget(bytes);
        if (group.store.delete(bytes)) {
          removed++;
          this.#options.events?.happened(bytes, "del");
        }
      }
      // Clients of this node may have read a key that only another member has a group for.
      if (group !== undefined || this.#options.owners?.refusal(key) !== undefined) this.#tell(bytes, by);
    }
    return removed;
  }

  /** Drops what came from other members: deletes mirrors, and voids forwards under way. */
  dropCopies(keys: readonly Uint8Array[]): void {
    for (const key of keys) {
      const group = this.#options.groups.of(key, 0, key.length);
      if (group !== undefined) dropCopiesOf(group, asBuffer(key));
    }
  }

  /**
   * Carries an edit out on this node's own store. One that changes something also drops copies and voids the load; so does
   * one that would remove an entry which is only being loaded.
   */
  edit(key: Uint8Array, edit: Edit, by?: number): Edited {
    const group = this.#options.groups.of(key, 0, key.length);
    if (group === undefined) return edit.value || edit.operation ? refusedEdit(editErrors.noGroup) : NOT_HELD;
    const overtakenBy = edit.version && this.#options.given?.overtaker(key, edit.version);
    if (overtakenBy !== undefined) return { ...refusedEdit(editErrors.deletedAgain), overtakenBy };
    const edited = group.store.edit(key, edit, group.conf.maxValueBytes);
    if (!edited.changed && !removesUnheld(edit, edited)) return edited;
    const bytes = asBuffer(key);
    if (edited.changed) this.#options.events?.edited(bytes, edit, edited);
    if (edited.changed) this.#note(bytes, edit);
    const wasLoading = group.loads.void(bytes);
    dropCopiesOf(group, bytes);
    if (edited.changed) this.#tell(bytes, by);
    // Who waits for the load gets a value that is not kept.
    else if (wasLoading) this.#options.tracking.lostTrack(bytes);
    return edited;
  }

  /**
   * Empties a database of this node, or all of them: deletes its entries and all copies, and voids all loads and forwards
   * under way. Copies and work of other databases are no loss, and all clients that track are told, as in Redis.
   */
  flush({ database, by, version }: Flushing = {}): void {
    const putBack = this.#keepLater(version);
    for (const group of this.#options.groups.all) {
      group.loads.voidAll();
      group.store.clear(database);
    }
    putBack();
    this.#flushed(database, by);
  }

  /**
   * As `flush`, in slices between which clients are served. What was there at the call is gone when it resolves; what is set
   * meanwhile may be gone or not.
   */
  async flushSlowly(database: number, { by, version }: Flushing = {}): Promise<void> {
    const { groups, soon } = this.#options;
    const putBack = this.#keepLater(version);
    // A load that begins later has a value from after the call.
    for (const { loads } of groups.all) loads.voidAll();
    for (const { store } of groups.all) {
      const clear = store.clearing(database);
      while (!clear(soon === undefined ? Number.POSITIVE_INFINITY : SLICE_MS)) await new Promise<void>(soon!);
    }
    putBack();
    this.#flushed(database, by);
  }

  #flushed(database: number | undefined, by: number | undefined): void {
    this.dropAllCopies();
    this.#options.tracking.flushed(by);
    this.#options.watches.touchAll(database);
  }

  dropAllCopies(): void {
    for (const group of this.#options.groups.all) {
      group.forwards.voidAll();
      group.trackedForwards.voidAll();
      group.mirrors?.clear();
    }
  }

  /**
   * An owner says that its answers for these keys are no longer valid; undefined: its answers for all keys. From now on
   * requests ask the owner again.
   */
  invalidated(keys: readonly Uint8Array[] | undefined): void {
    const { tracking, groups } = this.#options;
    if (keys === undefined) {
      for (const group of groups.all) group.trackedForwards.voidAll();
      tracking.lostTrackOfAll();
    }
    for (const key of keys ?? []) {
      const group = groups.of(key, 0, key.length);
      const bytes = Buffer.from(key);
      group?.trackedForwards.void(bytes);
      group?.mirrors?.delete(bytes);
      tracking.lostTrack(bytes);
    }
  }

  #note(key: Buffer, { value, operation, version }: Edit): void {
    const { given } = this.#options;
    if (value === null) given?.forget(key);
    else if (value !== undefined) given?.note(key, version);
    else if (operation !== undefined) given?.changed(key, version);
  }

  /** What a flush must leave because it was given later; returns what puts it back. */
  #keepLater(version: Version | undefined): () => void {
    const { given, groups } = this.#options;
    const later = version === undefined ? [] : (given?.laterThan(version) ?? []);
    if (version === undefined) given?.forgetAll();
    const kept = later.flatMap((key) => {
      const store = groups.of(key, 0, key.length)?.store;
      const held = store?.get(key);
      return store !== undefined && held ? [{ store, key, held }] : [];
    });
    return () => {
      for (const { store, key, held } of kept) {
        const isStill = given!.isLater(key, version!) && store.look(key).kind === "missing";
        if (isStill) store.put(key, held.value, held.ttlMs);
      }
    };
  }

  #tell(key: Buffer, by: number | undefined): void {
    this.#options.tracking.changed(key, by);
    this.#options.watches.touch(key);
  }
}

/**
 * Whether an edit was to remove an entry that is not held: as with a DEL, what was being loaded meanwhile, here or on
 * another member, must not be kept.
 */
export function removesUnheld({ value, life, comparison }: Edit, { held, error }: Edited): boolean {
  if (comparison !== undefined) return false;
  return !held && error === undefined && (value === null || (typeof life === "number" && life <= 0));
}

function dropCopiesOf(group: Group, key: Buffer): void {
  group.forwards.void(key);
  group.trackedForwards.void(key);
  group.mirrors?.delete(key);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
