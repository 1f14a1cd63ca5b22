/**
 * The changes that one procedure makes on this node: which keys it has changed, and how to take all of it back.
 *
 * Invariant: between `begin` and `end` every change of the procedure goes through here, to local-changes.ts. A procedure
 * runs at once, so one object serves all of them, one after the other. Nobody hears of a change that is taken back. Knows
 * no procedure.
 */
import { canChange, type Edit, type Edited } from "../../cluster/edit.ts";
import type { Groups } from "../groups/groups.ts";
import type { KeyEvents } from "../tracking/key-events.ts";
import { type LocalChanges, removesUnheld } from "./local-changes.ts";

interface Before {
  readonly key: Buffer;
  /** What the store held: a value, or null for a cached "not found"; undefined: nothing. */
  readonly held: { readonly value: Buffer | null; readonly ttlMs: number | undefined } | undefined;
  changed: boolean;
}

export class RecordedChanges implements Pick<LocalChanges, "edit" | "remove"> {
  readonly #groups: Groups;
  readonly #local: LocalChanges;
  readonly #before = new Map<string, Before>();
  readonly #events: Pick<KeyEvents, "hold" | "release"> | undefined;
  #by: number | undefined;
  #isTakenBack = false;

  /** `events`: where `local` tells of its changes. */
  constructor(groups: Groups, local: LocalChanges, events?: Pick<KeyEvents, "hold" | "release">) {
    this.#groups = groups;
    this.#local = local;
    this.#events = events;
  }

  /** `by`: the client of this node that asked for the procedure. */
  begin(by: number | undefined): void {
    this.#before.clear();
    this.#by = by;
    this.#isTakenBack = false;
    this.#events?.hold();
  }

  /** The keys that have changed. */
  end(): Buffer[] {
    const changed = [...this.#before.values()].flatMap((before) => (before.changed ? [before.key] : []));
    this.#before.clear();
    this.#events?.release(this.#isTakenBack);
    return changed;
  }

  hasChanged(key: Uint8Array): boolean {
    return this.#before.get(nameOf(key))?.changed ?? false;
  }

  edit(key: Uint8Array, edit: Edit): Edited {
    if (!canChange(edit)) return this.#local.edit(key, edit, this.#by);
    const before = this.#note(key);
    const edited = this.#local.edit(key, edit, this.#by);
    if (edited.changed || removesUnheld(edit, edited)) before.changed = true;
    return edited;
  }

  remove(keys: readonly Uint8Array[]): number {
    // A key that is not held counts, too: the load that another member has under way for it must end.
    for (const key of keys) this.#note(key).changed = true;
    return this.#local.remove(keys, this.#by);
  }

  /** A procedure works on the keys that it names, and never on all keys. */
  flush(): never {
    throw new Error("a procedure cannot flush");
  }

  flushSlowly(): never {
    return this.flush();
  }

  /** Takes all changes back. The keys still count as changed: somebody may have seen the values in between. */
  takeBack(): void {
    this.#isTakenBack = true;
    for (const { key, held, changed } of this.#before.values()) {
      if (!changed) continue;
      this.#local.remove([key], this.#by);
      if (held !== undefined) this.#groups.of(key, 0, key.length)?.store.put(key, held.value, held.ttlMs);
    }
  }

  #note(key: Uint8Array): Before {
    const name = nameOf(key);
    const known = this.#before.get(name);
    if (known !== undefined) return known;
    const held = this.#groups.of(key, 0, key.length)?.store.get(key);
    const before: Before = { key: Buffer.from(key), held, changed: false };
    this.#before.set(name, before);
    return before;
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
}
