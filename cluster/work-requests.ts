/**
 * Edits and runs that are asked of another member.
 *
 * Keeps: what is too long for the member, or for a link that is far behind, is refused and never sent; each has a version, so that the member can refuse one that comes after a later
 * change of its key. Such a one is asked for again. Does not know which member owns a key.
 */

import type { carrot } from "../proto/generated/carrot.js";
import type { DialedLink } from "./dialed-link.ts";
import type { Edit, Edited } from "./edit.ts";
import { editedOf, editMessageOf } from "./edit-bytes.ts";
import { bytesIn, EDIT_OVERHEAD_BYTES, refusedEdit } from "./edit-message.ts";
import { PeerUnreachable } from "./peer-unreachable.ts";
import { MAX_KEY_BYTES } from "./requests.ts";
import type { Ran } from "./run.ts";
import { packWords, ranOf, refusedRun, unsendable } from "./run-message.ts";
import type { SharedChanges } from "./shared-changes.ts";

/** A key that changes faster than this gets an error. */
const MAX_TRIES = 5;

export interface WorkOptions {
  /** The member's id. */
  readonly id: string;
  readonly changes: Pick<SharedChanges, "nextVersion" | "hearCounter">;
  /** How long the answer may take beyond the usual time. */
  readonly extraMs: number;
}

type WorkLink = Pick<DialedLink, "request" | "isBusy" | "maxRequestBytes">;

/** As Peers.edit. */
export async function askEdit(
  link: WorkLink,
  options: WorkOptions,
  key: Uint8Array,
  edit: Edit,
): Promise<Edited> {
  if (key.length > MAX_KEY_BYTES) return refusedEdit("key is too long for the peer link");
  const room = link.maxRequestBytes - EDIT_OVERHEAD_BYTES - key.length;
  if (bytesIn(edit) > room) return refusedEdit("value is too large for the member that owns it");
  if (link.isBusy) return refusedEdit("peer busy");
  return askAgain(options, async () => {
    const version = options.changes.nextVersion();
    const build = (id: number) => ({ edit: editMessageOf(id, key, { ...edit, version }) });
    return editedOf(await link.request("edited", build, options.extraMs));
  });
}

/** As Peers.run. */
export async function askRun(
  link: WorkLink,
  options: WorkOptions,
  words: readonly Uint8Array[],
): Promise<Ran> {
  const refused = link.isBusy ? "peer busy" : unsendable(words, link.maxRequestBytes);
  if (refused !== undefined) return refusedRun(refused);
  const packed = packWords(words);
  return askAgain(options, async () => {
    const { counter } = options.changes.nextVersion();
    const build = (id: number): carrot.Frame.$Properties => ({ run: { id, words: packed, counter } });
    return ranOf(await link.request("ran", build, options.extraMs));
  });
}

/** Undefined for an answer: the member is leaving. */
async function askAgain<T extends Edited | Ran>(
  { id, changes }: WorkOptions,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const answer = await ask();
    if (answer === undefined) throw new PeerUnreachable(id, "shutting down");
    if (answer.overtakenBy === undefined || tries === MAX_TRIES) return answer;
    changes.hearCounter(answer.overtakenBy);
  }
}
