/**
 * Edits of the value that a GET would give: a key of which the store knows nothing is loaded first.
 *
 * Invariants: the edit itself is one step, on what the store has at that moment, so no other edit, SET or DEL between the
 * question and the end of the load is lost. A value that was voided while it was loaded is never edited, because a GET
 * would not get it any more: it is loaded again. Asks no other member.
 *
 *     INCR k ─▶ store ─┬─ a value, or "not found" ──────────────────────▶ edit, at once
 *                      └─ nothing ─▶ the load of the key ─▶ store again ─┬─ something ─▶ edit
 *                                            ▲                           ├─ nothing, voided by a DEL ─┐
 *                                            └───────────────────────────┼────────────────────────────┘
 *                                                                        └─ nothing: as the loader says
 */
import type { Edit, Edited } from "../../cluster/edit.ts";
import { refusedEdit } from "../../cluster/edit-message.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import { editErrors } from "../../proto/error-texts.ts";
import { type Group, type Groups, hasOrigin } from "../groups/groups.ts";
import type { LocalLoads } from "../reads/local-loads.ts";
import { type FreeWrites, inSteps } from "../store/free-writes.ts";
import type { Given } from "./given.ts";
import type { LocalChanges } from "./local-changes.ts";

export interface LoadedEditsOptions {
  readonly groups: Groups;
  readonly local: Pick<LocalChanges, "edit">;
  readonly loads: Pick<LocalLoads, "load">;
  /** Undefined on a node that is alone. */
  readonly given?: Pick<Given, "forget"> | undefined;
  /** Undefined: no other thread writes. */
  readonly freeWrites?: FreeWrites | undefined;
}

/** A key that is deleted this often while it is loaded gets an error: the member that asked will not wait for ever. */
export const MAX_LOADS = 5;

export class LoadedEdits {
  readonly #options: LoadedEditsOptions;

  constructor(options: LoadedEditsOptions) {
    this.#options = options;
  }

  /** As LocalChanges.edit. A promise only when the key has to be loaded; the bytes are then copied. */
  edit(key: Uint8Array, edit: Edit, by?: number): Edited | Promise<Edited> {
    const { local, groups, freeWrites } = this.#options;
    const group = edit.loadsFirst ? groups.of(key, 0, key.length) : undefined;
    if (group === undefined || !hasOrigin(group)) return local.edit(key, edit, by);
    const editIfKnown = () => (isKnown(group, key) ? local.edit(key, edit, by) : undefined);
    const edited = inSteps(freeWrites, editIfKnown);
    if (edited !== undefined) return edited;
    const { operation } = edit;
    const own = operation && { operation: { ...operation, argument: Buffer.from(operation.argument) } };
    return new Promise((resolve, reject) => {
      this.#load({ group, key: Buffer.from(key), edit: { ...edit, ...own }, by, resolve, reject }, 1);
    });
  }

  #load(waiting: Waiting, loads: number): void {
    const { loads: source, freeWrites } = this.#options;
    source.load(waiting.group, waiting.key, (outcome, isVoided) => {
      // A waiter of a flight must not throw, and a shard may be locked for too long.
      try {
        if (isVoided && loads < MAX_LOADS && !isKnown(waiting.group, waiting.key))
          this.#load(waiting, loads + 1);
        else waiting.resolve(inSteps(freeWrites, () => this.#editLoaded(waiting, outcome, isVoided)));
      } catch (error) {
        waiting.reject(error);
      }
    });
  }

  #editLoaded({ group, key, edit, by }: Waiting, outcome: Outcome, isVoided: boolean): Edited {
    if (!isKnown(group, key)) {
      if (outcome.kind === "error") return refusedEdit(outcome.text);
      if (isVoided) return refusedEdit(editErrors.deletedAgain);
      if (outcome.kind === "value") {
        // The loader says that nobody may keep the value, or it has been evicted already.
        if (outcome.ttlMs === 0) return refusedEdit(editErrors.notKept);
        if (!group.store.put(key, outcome.value, outcome.ttlMs)) return NO_ROOM;
        this.#options.given?.forget(key);
      }
    }
    return this.#options.local.edit(key, edit, by);
  }
}

interface Waiting {
  readonly group: Group;
  readonly key: Buffer;
  readonly edit: Edit;
  readonly by: number | undefined;
  readonly resolve: (edited: Edited) => void;
  readonly reject: (error: unknown) => void;
}

const NO_ROOM: Edited = { ...refusedEdit(""), error: undefined, noRoom: true };

/** Whether the store has a value of the key, or remembers that there is none. */
function isKnown(group: Group, key: Uint8Array): boolean {
  return group.store.look(key).kind !== "missing";
}
