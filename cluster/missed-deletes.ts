/**
 * The deletes that a member missed while it could not be reached.
 *
 * Owns copies of the keys. Keeps: their number and bytes are bounded. Beyond the bound one flush stands for all deletes,
 * so that too much is deleted rather than too little. Does not know links; lives as long as the member is in the ring.
 */

/** A minute at 160 deletes a second; beyond that, loading again is cheaper than listing. */
const MAX_KEYS = 10_000;
const MAX_BYTES = 1 << 20;

interface Missed {
  /** True: the member has to delete everything; the others are empty then. */
  readonly flush: boolean;
  /** Databases of which the member has to delete everything. */
  readonly databases: ReadonlySet<number>;
  readonly keys: readonly Uint8Array[];
}

export class MissedDeletes {
  #keys: Uint8Array[] = [];
  #databases = new Set<number>();
  #bytes = 0;
  #flush = false;

  /** Keeps the keys without copying them: the caller must not change them any more. */
  add(keys: readonly Uint8Array[]): void {
    for (const key of keys) {
      if (this.#flush) return;
      this.#keys.push(key);
      this.#bytes += key.length;
      if (this.#keys.length > MAX_KEYS || this.#bytes > MAX_BYTES) this.addFlush();
    }
  }

  /** Of a database, or of all of them. */
  addFlush(database?: number): void {
    if (this.#flush) return;
    if (database !== undefined) {
      this.#databases.add(database);
      return;
    }
    this.#clear();
    this.#flush = true;
  }

  /** Returns what was missed, and forgets it. */
  take(): Missed {
    const missed = { flush: this.#flush, databases: this.#databases, keys: this.#keys };
    this.#clear();
    return missed;
  }

  #clear(): void {
    this.#keys = [];
    this.#databases = new Set();
    this.#bytes = 0;
    this.#flush = false;
  }
}
