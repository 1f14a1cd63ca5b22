/**
 * Deletes for one other member: sent at once, or as soon as the member can be reached again.
 *
 * Owns the deletes that the member may have missed. Keeps: a delete is remembered until the member has confirmed it. When
 * the link comes up the missed deletes go first, and a link answers them in order, so no later answer is older than a delete.
 * Does not know which member owns a key: every member gets every delete.
 */

import type { DialedLink } from "./dialed-link.ts";
import { MissedDeletes } from "./missed-deletes.ts";
import { BATCH_BYTES, KEY_OVERHEAD_BYTES, MAX_KEY_BYTES } from "./requests.ts";

/** Some ten million entries. */
const SLOW_FLUSH_MS = 60_000;

export class Deletes {
  readonly #link: Pick<DialedLink, "request">;
  readonly #missed = new MissedDeletes();

  constructor(link: Pick<DialedLink, "request">) {
    this.#link = link;
  }

  /**
   * Resolves with the number of live entries that the member removed. Rejects with PeerUnreachable; then the keys are
   * remembered.
   */
  remove(keys: readonly Uint8Array[], copiesOnly = false): Promise<number> {
    // Copies the keys, which may be remembered for longer than the caller keeps them. No member stores a key that is too long.
    const kept = keys.filter((key) => key.length <= MAX_KEY_BYTES).map((key) => Buffer.from(key));
    return this.#remove(kept, copiesOnly);
  }

  /**
   * As `remove`, of all keys of a database; undefined: of all databases. `isSlow`: the member serves others meanwhile, so what
   * is sent behind it may be answered before it is done.
   */
  async flush(copiesOnly = false, database?: number, isSlow = false): Promise<void> {
    try {
      const build = (id: number) => ({ flush: { id, copiesOnly, database, isSlow } });
      await this.#link.request("flushed", build, isSlow ? SLOW_FLUSH_MS : 0);
    } catch (error) {
      this.#missed.addFlush(database);
      throw error;
    }
  }

  /** Sends the missed deletes. Call it when the link comes up, before anything else is sent. */
  catchUp(): void {
    const { flush, databases, keys } = this.#missed.take();
    const ignore = () => {}; // A delete that fails again is remembered again.
    if (flush) this.flush().catch(ignore);
    for (const database of databases) this.flush(false, database).catch(ignore);
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
      return (await this.#link.request("removed", (id) => ({ remove: { id, keys, copiesOnly } }))).count ?? 0;
    } catch (error) {
      // Remembered as whole deletes even if only copies were meant: nobody knows what the member stores until it is back.
      this.#missed.add(keys);
      throw error;
    }
  }
}

/** Splits keys into requests; each but the last is just longer than BATCH_BYTES, framing included. */
function batches(keys: readonly Uint8Array[]): Uint8Array[][] {
  const result: Uint8Array[][] = [];
  let bytes = BATCH_BYTES;
  for (const key of keys) {
    if (bytes >= BATCH_BYTES) {
      result.push([]);
      bytes = 0;
    }
    result.at(-1)!.push(key);
    bytes += key.length + KEY_OVERHEAD_BYTES;
  }
  return result;
}
