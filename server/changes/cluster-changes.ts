/**
 * Commands that change entries in the whole cluster: DEL, SET and its kin, FLUSHALL.
 *
 * Invariant: when a change has been answered, no member that could be reached gives an older value any more, and no
 * load that began before it will be kept. A change goes round twice. Between the rounds, a member that was told early
 * may have copied the old value from a member that was told late. After the first round no entry and no load under way
 * has the old value any more; after the second, no copy and no forward has it. Members may differ about the owner of the
 * key meanwhile. (Telling the owner first and then the others would save one message a member, but leaves a stale copy
 * while members differ about which of them are up.) The second round leaves entries and loads alone: they can only be
 * newer, such as the value of a SET right behind a DEL. What a member does for a change is in local-changes.ts. Does not
 * know RESP.
 *
 *     DEL k   ─▶ this node ─▶ 1. every member: entry, copy, load and forward under way
 *                          ─▶ 2. every member: copy and forward under way
 *     SET k v ─▶ this node ─▶ 1. the owner: as above, and keeps v; all others: as above
 *                          ─▶ 2. every member: copy and forward under way
 *
 * Where the owner has to decide (NX, EXPIRE, GETDEL, INCR) it is asked alone before the others are told. An edit that must
 * not be made twice (INCR) is never asked for a second time: when its answer is lost, the client is told so.
 */
import { canChange, type Edit, type Edited, mustBeMadeOnce } from "../../cluster/edit.ts";
import { refusedEdit } from "../../cluster/edit-message.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import type { Tracker } from "../../cluster/tracker.ts";
import { editErrors } from "../../proto/error-texts.ts";
import type { Groups } from "../groups/groups.ts";
import type { Membership } from "../members/membership.ts";
import type { Owners } from "../members/owners.ts";
import { askEach, askOthers, orWhenUnreachable } from "../members/reach.ts";
import type { Actor } from "../tracking/actor.ts";
import type { Tracking } from "../tracking/tracking.ts";
import type { LoadedEdits } from "./loaded-edits.ts";
import { type LocalChanges, removesUnheld } from "./local-changes.ts";

/** The part of the peer links that changes need. */
export interface ChangePeers {
  remove(id: string, keys: readonly Uint8Array[], copiesOnly: boolean): Promise<number>;
  flush(id: string, copiesOnly: boolean, database?: number, isSlow?: boolean): Promise<void>;
  edit(id: string, key: Uint8Array, edit: Edit, loadMs: number): Promise<Edited>;
  /** As LookPeers.track. */
  track(id: string, key: Uint8Array, kind: "lookedAt"): void;
}

export interface ClusterChangesOptions {
  readonly groups: Groups;
  readonly membership: Membership;
  readonly owners: Owners;
  /** Undefined on a node that is alone. */
  readonly peers: ChangePeers | undefined;
  readonly local: Pick<
    LocalChanges,
    "remove" | "dropCopies" | "edit" | "flush" | "flushSlowly" | "dropAllCopies"
  >;
  /** Loads what an edit wants loaded first; without it nothing is loaded. */
  readonly loaded?: Pick<LoadedEdits, "edit"> | undefined;
  readonly tracking: Pick<Tracking, "looks">;
}

/** The answer of a member that may have made an edit which must not be made twice, or not. */
const IN_DOUBT = refusedEdit(editErrors.inDoubt);

/** An edit with bytes of its own, and who asks for it. */
interface AskedEdit {
  readonly key: Buffer;
  readonly edit: Edit;
  readonly by: number | undefined;
  readonly reader: Tracker | undefined;
}

export class ClusterChanges {
  readonly #options: ClusterChangesOptions;
  /** Makes the edits of this node. */
  readonly #here: Pick<LoadedEdits, "edit">;

  constructor(options: ClusterChangesOptions) {
    this.#options = options;
    this.#here = options.loaded ?? options.local;
  }

  /** Deletes keys in the whole cluster; returns how many were held. Answers at once on a node that is alone. */
  remove(keys: readonly Buffer[], { by }: Actor = {}): number | Promise<number> {
    const unique = [...new Map(keys.map((key) => [key.toString("latin1"), key])).values()];
    return this.#options.peers === undefined
      ? this.#options.local.remove(unique, by)
      : this.#remove(unique, by);
  }

  async #remove(unique: readonly Buffer[], by: number | undefined): Promise<number> {
    const { owners } = this.#options;
    const ownersOf = unique.map((key) => owners.of(key));
    // An entry of a stand-in or a former owner is not another entry: a member counts only what it owns.
    const [removed] = await Promise.all([
      this.#removeEach((id) => unique.filter((_, i) => ownersOf[i] === id), by),
      this.#removeEach((id) => unique.filter((_, i) => ownersOf[i] !== id), by),
    ]);
    await this.#dropCopies(unique);
    return removed;
  }

  /** Empties a database of the whole cluster, or all of them, in two rounds as well. */
  async flush({ database, by }: Actor & { readonly database?: number } = {}): Promise<void> {
    const { peers, local, membership } = this.#options;
    local.flush({ database, by });
    if (peers === undefined) return;
    await askEach(membership.others, (id) => peers.flush(id, false, database), undefined);
    await this.#dropAllCopies();
  }

  /** As `flush` of one database. Nobody waits for all of it but the caller, whose next command must not come before its end. */
  async flushSlowly(database: number, actor: Actor = {}): Promise<void> {
    const { peers, local, membership } = this.#options;
    const others = peers === undefined ? [] : membership.others;
    await Promise.all([
      local.flushSlowly(database, actor),
      askEach(others, (id) => peers!.flush(id, false, database, true), undefined),
    ]);
    if (peers !== undefined) await this.#dropAllCopies();
  }

  /** The second round of a flush. */
  async #dropAllCopies(): Promise<void> {
    const { peers, local, membership } = this.#options;
    local.dropAllCopies();
    await askEach(membership.others, (id) => peers!.flush(id, true), undefined);
  }

  /**
   * Edits an entry at its owner. When the edit changed the entry, every member drops its copy. The caller's bytes are used
   * no longer than this call lasts. Answers at once on a node that is alone; a key of no group has no entry.
   */
  edit(key: Uint8Array, edit: Edit, { by, reader }: Actor = {}): Edited | Promise<Edited> {
    const { groups, owners, peers, tracking } = this.#options;
    const isNobodys = groups.of(key, 0, key.length) === undefined && owners.refusal(key) === undefined;
    if (reader !== undefined && !isNobodys) tracking.looks(Buffer.from(key), reader);
    if (peers === undefined || isNobodys) return this.#here.edit(key, edit, by);
    const own = { key: Buffer.from(key), edit: ownCopy(edit), by, reader };
    return canChange(edit) ? this.#change(own) : this.#inspect(own);
  }

  /**
   * Makes a change that a member has made of its own entries, by a command that ran whole there, known to all others:
   * they delete what they have of the keys, then every member drops its copies. `isSilent`: the member did not answer, so
   * it may not have made the change.
   */
  async madeAt(
    member: string,
    keys: readonly Buffer[],
    { by, isSilent = false }: Actor & { readonly isSilent?: boolean } = {},
  ): Promise<void> {
    if (this.#options.peers === undefined || keys.length === 0) return;
    await this.#removeEach((id) => (id === member ? [] : keys), by);
    await this.#dropCopies(keys, isSilent ? member : undefined);
  }

  async #change(asked: AskedEdit): Promise<Edited> {
    const { owners, local } = this.#options;
    const { key, edit, by } = asked;
    const owner = owners.of(key);
    const allBut = (target: string) => this.#removeEach((id) => (id === target ? [] : [key]), by);
    // Before anything is awaited: a GET behind this in a pipeline must not be answered from a copy.
    if (owner !== owners.self) local.remove([key], by);
    // Dropping copies is always right, so a plain SET tells all members at once. An owner that may refuse is asked first.
    const isSure = edit.value instanceof Uint8Array && !edit.conditions.length && !edit.comparison;
    const [{ answer: edited, by: target }] = await Promise.all([
      this.#editAtOwner(asked, owner),
      isSure ? allBut(owner) : 0,
    ]);
    // An owner that could not be reached may have made the edit all the same, so its entry is deleted like any copy.
    const inDoubt = edited === IN_DOUBT;
    if (!edited.changed && target === owner && !inDoubt && !removesUnheld(edit, edited)) return edited;
    if (!isSure || target !== owner) await allBut(target);
    await this.#dropCopies([key], inDoubt ? target : undefined);
    return edited;
  }

  /** Asks the owner, or its stand-in when the owner cannot be reached, and at last this node. */
  #editAtOwner(asked: AskedEdit, first: string): Promise<{ readonly answer: Edited; readonly by: string }> {
    const ask = (member: string) => this.#ask(member, asked);
    return askOthers(this.#options.owners, asked.key, { first, ask, here: () => this.#editHere(asked) });
  }

  async #ask(member: string, { key, edit, reader }: AskedEdit): Promise<Edited> {
    const { peers, groups } = this.#options;
    if (reader !== undefined) peers!.track(member, key, "lookedAt");
    const loadMs = edit.loadsFirst ? groups.of(key, 0, key.length)?.conf.loaderTimeoutMs : 0;
    try {
      return await peers!.edit(member, key, edit, loadMs ?? 0);
    } catch (error) {
      if (error instanceof PeerUnreachable && error.wasSent && mustBeMadeOnce(edit)) return IN_DOUBT;
      throw error;
    }
  }

  /** An edit that changes nothing needs no rounds. */
  #inspect(asked: AskedEdit): Edited | Promise<Edited> {
    const { owners } = this.#options;
    const owner = owners.of(asked.key);
    if (owner === owners.self) return this.#editHere(asked);
    return this.#editAtOwner(asked, owner).then(({ answer }) => answer);
  }

  #editHere({ key, edit, by }: AskedEdit): Edited | Promise<Edited> {
    const refusal = this.#options.owners.refusal(key);
    return refusal === undefined ? this.#here.edit(key, edit, by) : refusedEdit(refusal);
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
    const { owners, peers, local } = this.#options;
    if (id === owners.self) return local.remove(keys, by);
    return orWhenUnreachable(peers!.remove(id, keys, false), () => 0);
  }

  /**
   * The second round of a change: every member drops its copies of the keys, except one that is silent: a message that it
   * misses would be remembered as a delete of its entries.
   */
  async #dropCopies(keys: readonly Buffer[], silent?: string): Promise<void> {
    const { membership, peers, local } = this.#options;
    local.dropCopies(keys);
    const others = membership.others.filter((id) => id !== silent);
    await askEach(others, (id) => peers!.remove(id, keys, true), 0);
  }
}

/** The edit with bytes of its own. */
function ownCopy(edit: Edit): Edit {
  const { value, operation, comparison } = edit;
  return {
    ...edit,
    value: value && Buffer.from(value),
    ...(comparison && { comparison: { ...comparison, to: Buffer.from(comparison.to) } }),
    ...(operation && { operation: { ...operation, argument: Buffer.from(operation.argument) } }),
  };
}
