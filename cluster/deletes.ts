/**
 * One member's deletes: told at once, or as soon as it can be reached again.
 *
 * Owns what this member may have missed. Keeps: a delete is remembered until the member has confirmed it; when the
 * link comes up, what was missed goes first, and links answer in order, so that no later answer is older than a
 * delete. Does not know who owns a key: every member is told of every delete.
 */

import type { Link } from "./link.ts";
import { MissedRemoves } from "./missed-removes.ts";
import { BATCH_BYTES, MAX_KEY_BYTES } from "./requests.ts";

export class Deletes {
  readonly #link: Pick<Link, "ask">;
  readonly #missed = new MissedRemoves();

  constructor(link: Pick<Link, "ask">) {
    this.#link = link;
  }

  /** How many live entries went. Remembers the keys that it could not tell of and rejects with PeerUnreachable. */
  remove(keys: readonly Uint8Array[], copiesOnly = false): Promise<number> {
    // They may have to be kept for much longer than the caller keeps them. Nobody stores keys too long to ask for.
    const kept = keys.filter((key) => key.length <= MAX_KEY_BYTES).map((key) => Buffer.from(key));
    return this.#remove(kept, copiesOnly);
  }

  /** As `remove`, of all keys. */
  async flush(copiesOnly = false): Promise<void> {
    try {
      await this.#link.ask("flushed", (id) => ({ flush: { id, copiesOnly } }));
    } catch (error) {
      this.#missed.addFlush();
      throw error;
    }
  }

  /** The link is up: sends what was missed. */
  catchUp(): void {
    const { flush, keys } = this.#missed.take();
    const ignore = () => {}; // What fails again is remembered again.
    if (flush) this.flush().catch(ignore);
    if (keys.length > 0) this.#remove(keys, false).catch(ignore);
  }

  async #remove(keys: readonly Uint8Array[], copiesOnly: boolean): Promise<number> {
    const sent = batches(keys).map((batch) => this.#removeBatch(batch, copiesOnly));
    const results = await Promise.allSettled(sent);
    let count = 0;
    for (const result of results) {
      if (result.status === "rejected") throw result.reason;
      count += result.value;
    }
    return count;
  }

  async #removeBatch(keys: Uint8Array[], copiesOnly: boolean): Promise<number> {
    try {
      return (await this.#link.ask("removed", (id) => ({ remove: { id, keys, copiesOnly } }))).count ?? 0;
    } catch (error) {
      // Also where only copies were meant: what the member does in between is not known.
      this.#missed.add(keys);
      throw error;
    }
  }
}

/** The keys in as many requests as their bytes need; a key costs four bytes of framing. */
function batches(keys: readonly Uint8Array[]): Uint8Array[][] {
  const result: Uint8Array[][] = [];
  let bytes = BATCH_BYTES;
  for (const key of keys) {
    if (bytes >= BATCH_BYTES) {
      result.push([]);
      bytes = 0;
    }
    result.at(-1)!.push(key);
    bytes += key.length + 4;
  }
  return result;
}
