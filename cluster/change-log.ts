/**
 * The changes that this process has made, numbered from 1, as far as some member may still have to hear of them.
 *
 * Owns copies of the keys. Keeps: the number of keys and their bytes are bounded; what does not fit is forgotten, the oldest
 * first, and who needs it has to delete everything instead. Of two changes of one key only the later one is kept. Does not
 * know members or links.
 */

import type { Change, Deletion, Flush } from "./change.ts";

/** Beyond these, loading again is cheaper than listing. */
const MAX_KEYS = 65_536;
const MAX_BYTES = 8 << 20;
/** What a record takes beside its key, about. */
const RECORD_BYTES = 64;

interface Logged {
  readonly number: number;
  readonly counter: number;
  readonly key: Uint8Array | undefined;
  readonly flush: Flush | undefined;
  readonly isBar: boolean;
  readonly keepsEntries: boolean;
}

export class ChangeLog {
  /** The last change of each key and each kind of flush, the oldest first. */
  readonly #logged = new Map<string, Logged>();
  #bytes = 0;
  #last = 0;
  #forgotten = 0;

  /** The number of the last change. */
  get last(): number {
    return this.#last;
  }

  /** Keeps the keys without copying them: the caller must not change them any more. Returns the change's number. */
  add(counter: number, { keys, flush, isBar = false, keepsEntries = false }: Deletion): number {
    const number = ++this.#last;
    const change = { number, counter, flush, isBar, keepsEntries };
    if (flush !== undefined) {
      if (flush.database === undefined) this.#dropDeletes();
      this.#put(`flush ${flush.database}`, { ...change, key: undefined });
    }
    // A plain delete does not take the place of a bar, nor a bar that of a delete. No flush has a name that begins so.
    const kind = `key${isBar ? " barred" : ""}${keepsEntries ? " kept" : ""}`;
    for (const key of keys) this.#put(`${kind} ${textOf(key)}`, { ...change, key });
    return number;
  }

  /** The changes after a number, in order; undefined: some of them are forgotten. */
  after(number: number): Change[] | undefined {
    if (number < this.#forgotten) return undefined;
    const changes: (Change & { keys: Uint8Array[] })[] = [];
    for (const logged of this.#logged.values()) {
      if (logged.number <= number) continue;
      let change = changes.at(-1);
      if (change?.number !== logged.number) {
        change = { ...logged, keys: [] };
        changes.push(change);
      }
      if (logged.key !== undefined) change.keys.push(logged.key);
    }
    return changes;
  }

  /** Every member has heard all changes up to a number. */
  forget(number: number): void {
    for (const [name, logged] of this.#logged) {
      if (logged.number > number) break;
      this.#drop(name, logged);
    }
    this.#forgotten = Math.max(this.#forgotten, number);
  }

  #put(name: string, logged: Logged): void {
    const before = this.#logged.get(name);
    if (before !== undefined) this.#drop(name, before);
    this.#logged.set(name, logged);
    this.#bytes += bytesOf(logged);
    while (this.#logged.size > MAX_KEYS || this.#bytes > MAX_BYTES) {
      const [oldest] = this.#logged;
      this.#drop(...oldest!);
      this.#forgotten = Math.max(this.#forgotten, oldest![1].number);
    }
  }

  #drop(name: string, logged: Logged): void {
    this.#logged.delete(name);
    this.#bytes -= bytesOf(logged);
  }

  /** A flush of all deletes whatever was deleted before. It bars nothing. */
  #dropDeletes(): void {
    for (const [name, logged] of this.#logged) if (!logged.isBar) this.#drop(name, logged);
  }
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
}

function bytesOf({ key }: Logged): number {
  return RECORD_BYTES + (key?.length ?? 0);
}
