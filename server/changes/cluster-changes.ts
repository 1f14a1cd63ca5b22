/**
 * Commands that change entries in the whole cluster: DEL, SET and its kin, FLUSHALL.
 *
 * Invariant: when a change has been answered, no member that could be reached gives an older value any more, and no
 * load that began before it will be kept. A change is done here first, at once; then every other member hears of it
 * (cluster/announcements.ts), in one round: a member that has heard keeps no copy from one that has not (reads/forward.ts).
 * What changes a value is done by the owner of the key, which tells all others. What a member does for a change is in
 * local-changes.ts. Does not know RESP.
 *
 *     DEL k   ─▶ this node: entry, copy, load and forward under way ─▶ every other member: the same
 *     SET k v ─▶ the owner: looks, decides, keeps v ─▶ every other member: as for DEL k
 *
 * An edit that must not be made twice (INCR) is never asked for a second time: when its answer is lost, the client is told so.
 * What has been asked for and given up is barred: a member that hears of it later refuses.
 */
import type { Deletion, Version } from "../../cluster/change.ts";
import { canChange, type Edit, type Edited, mustBeMadeOnce } from "../../cluster/edit.ts";
import { refusedEdit } from "../../cluster/edit-message.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import type { Tracker } from "../../cluster/tracker.ts";
import { editErrors } from "../../proto/error-texts.ts";
import type { Groups } from "../groups/groups.ts";
import type { Owners } from "../members/owners.ts";
import { askOthers } from "../members/reach.ts";
import type { Actor } from "../tracking/actor.ts";
import type { Tracking } from "../tracking/tracking.ts";
import type { Given } from "./given.ts";
import type { LoadedEdits } from "./loaded-edits.ts";
import { type LocalChanges, removesUnheld } from "./local-changes.ts";

/** The part of the peer links that changes need. */
export interface ChangePeers {
  /** As Peers.announce. */
  announce(deletion: Deletion): Promise<number>;
  edit(id: string, key: Uint8Array, edit: Edit, loadMs: number): Promise<Edited>;
  /** As LookPeers.track. */
  track(id: string, key: Uint8Array, kind: "lookedAt"): void;
}

export interface ClusterChangesOptions {
  readonly groups: Groups;
  readonly owners: Owners;
  /** Undefined on a node that is alone. */
  readonly peers: ChangePeers | undefined;
  readonly local: Pick<LocalChanges, "remove" | "edit" | "flush" | "flushSlowly">;
  /** Loads what an edit wants loaded first; without it nothing is loaded. */
  readonly loaded?: Pick<LoadedEdits, "edit"> | undefined;
  readonly tracking: Pick<Tracking, "looks">;
  /** Undefined on a node that is alone. */
  readonly given?: Pick<Given, "bar" | "overtaker"> | undefined;
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
    const { peers, local } = this.#options;
    const unique = [...new Map(keys.map((key) => [key.toString("latin1"), key])).values()];
    if (peers === undefined) return local.remove(unique, by);
    const removed = this.#removeHere(unique, by);
    return peers.announce({ keys: unique }).then((others) => removed + others);
  }

  /** Empties a database of the whole cluster, or all of them. */
  async flush({ database, by }: Actor & { readonly database?: number } = {}): Promise<void> {
    const { peers, local } = this.#options;
    local.flush({ database, by });
    await peers?.announce({ keys: [], flush: { database, isSlow: false } });
  }

  /** As `flush` of one database. Nobody waits for all of it but the caller, whose next command must not come before its end. */
  async flushSlowly(database: number, actor: Actor = {}): Promise<void> {
    const { peers, local } = this.#options;
    await local.flushSlowly(database, actor);
    // Not before: this node counts as one that has done what it has announced, so copies of what it answers are kept.
    await peers?.announce({ keys: [], flush: { database, isSlow: true } });
  }

  /** Does what another member has announced. */
  heard({ keys, flush, isBar, keepsEntries }: Deletion, version: Version): number | Promise<number> {
    const { local, given } = this.#options;
    if (isBar) given?.bar(keys, version);
    if (keepsEntries) return 0;
    if (flush === undefined) return this.#removeHere(keys, undefined, version);
    const { database, isSlow } = flush;
    if (isSlow && database !== undefined) return local.flushSlowly(database, { version }).then(() => 0);
    local.flush({ database, version });
    return 0;
  }

  /**
   * Edits an entry at its owner, which tells all others when that changed the entry. The caller's bytes are used
   * no longer than this call lasts. Answers at once on a node that is alone; a key of no group has no entry.
   */
  edit(key: Uint8Array, edit: Edit, { by, reader }: Actor = {}): Edited | Promise<Edited> {
    const { groups, owners, peers, tracking } = this.#options;
    const isNobodys = groups.of(key, 0, key.length) === undefined && owners.refusal(key) === undefined;
    if (reader !== undefined && !isNobodys) tracking.looks(Buffer.from(key), reader);
    if (peers === undefined || isNobodys) return this.#here.edit(key, edit, by);
    const own = { key: Buffer.from(key), edit: ownCopy(edit), by, reader };
    const owner = owners.of(own.key);
    if (owner === owners.self) return this.#editHere(own);
    // Before anything is awaited: a GET behind this in a pipeline must not be answered from what is held here.
    if (canChange(edit)) this.dropHere([own.key], { by });
    return this.#editAtOwner(own, owner);
  }

  /** An edit that another member asks this one for. */
  editForPeer(key: Uint8Array, edit: Edit): Edited | Promise<Edited> {
    return this.#announced(Buffer.from(key), edit, this.#here.edit(key, edit));
  }

  /** Tells all others which keys a command has changed that ran here. Undefined: there are no others. */
  announce(keys: readonly Buffer[]): Promise<unknown> | undefined {
    return keys.length === 0 ? undefined : this.#options.peers?.announce({ keys });
  }

  /** As Given.overtaker, of any of these keys. */
  overtaker(keys: readonly Buffer[], version: Version): number | undefined {
    return keys.map((key) => this.#options.given?.overtaker(key, version)).find((each) => each !== undefined);
  }

  /** Deletes what this node has of keys that another member changes, or may have changed. */
  dropHere(keys: readonly Buffer[], { by }: Actor): void {
    this.#options.local.remove(keys, by);
  }

  /**
   * Another member has been asked to change keys, and nobody knows whether it does: should it still hear of that, it refuses.
   * Resolves when it has heard this, or cannot.
   */
  async bar(keys: readonly Buffer[]): Promise<void> {
    await this.#options.peers?.announce({ keys, isBar: true, keepsEntries: true });
  }

  /** Asks the owner, or its stand-in when the owner cannot be reached, and at last this node. */
  async #editAtOwner(asked: AskedEdit, first: string): Promise<Edited> {
    const toldFirst: Promise<unknown>[] = [];
    const ask = (member: string) => this.#ask(member, asked, toldFirst);
    const here = () => this.#editHere(asked);
    const { answer } = await askOthers(this.#options.owners, asked.key, { first, ask, here });
    if (toldFirst.length > 0) await Promise.all(toldFirst);
    return answer;
  }

  async #ask(
    member: string,
    { key, edit, reader }: AskedEdit,
    toldFirst: Promise<unknown>[],
  ): Promise<Edited> {
    const { peers, groups } = this.#options;
    if (reader !== undefined) peers!.track(member, key, "lookedAt");
    const loadMs = edit.loadsFirst ? groups.of(key, 0, key.length)?.conf.loaderTimeoutMs : 0;
    try {
      return await peers!.edit(member, key, edit, loadMs ?? 0);
    } catch (error) {
      const isInDoubt = error instanceof PeerUnreachable && error.wasSent && canChange(edit);
      if (!isInDoubt) throw error;
      if (mustBeMadeOnce(edit)) {
        await this.bar([key]);
        return IN_DOUBT;
      }
      // It is made once more, elsewhere. Made by this member or not, now or later: it must not stay there.
      toldFirst.push(peers!.announce({ keys: [key], isBar: true }));
      throw error;
    }
  }

  #editHere({ key, edit, by }: AskedEdit): Edited | Promise<Edited> {
    const refusal = this.#options.owners.refusal(key);
    if (refusal !== undefined) return refusedEdit(refusal);
    return this.#announced(key, edit, this.#here.edit(key, edit, by));
  }

  /** Has all others hear of an edit that was made here, if it changed something. */
  #announced(key: Buffer, edit: Edit, made: Edited | Promise<Edited>): Edited | Promise<Edited> {
    if (made instanceof Promise) return made.then((edited) => this.#announced(key, edit, edited));
    if (!made.changed && !removesUnheld(edit, made)) return made;
    return this.announce([key])?.then(() => made) ?? made;
  }

  /** Returns how many entries held a value. An entry that this node does not own is not another entry: it does not count. */
  #removeHere(keys: readonly Uint8Array[], by: number | undefined, version?: Version): number {
    const { owners, local } = this.#options;
    const isOwn = keys.map((key) => owners.of(key) === owners.self);
    local.remove(
      keys.filter((_, i) => !isOwn[i]),
      by,
      version,
    );
    return local.remove(
      keys.filter((_, i) => isOwn[i]),
      by,
      version,
    );
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
