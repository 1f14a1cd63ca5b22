/**
 * DEL and EXPIRE of one key that a worker thread does by itself, in the shared stores, and looks at the lifetime of one.
 *
 * Invariant: as for changes/plain-changes.ts, which does the same on the main thread. A change of a key that is being loaded is
 * left to the main thread, which voids the load. A load that begins while the change is made began behind its command, and may
 * be kept: it brings nothing older.
 */
import { NOT_PLAIN } from "../changes/plain-changes.ts";
import { MISSING } from "../store/store.ts";
import type { WorkerSets, WorkerSetsOptions } from "./worker-sets.ts";

export class WorkerChanges {
  readonly #options: WorkerSetsOptions;
  /** Knows which memory the stores of this thread use. */
  readonly #sets: Pick<WorkerSets, "memories">;

  constructor(options: WorkerSetsOptions, sets: Pick<WorkerSets, "memories">) {
    this.#options = options;
    this.#sets = sets;
  }

  /** As PlainChanges.lifeOf. Entries that move to other memory are missed meanwhile: then the main thread has to look. */
  lifeOf(chunk: Uint8Array, start: number, end: number): number {
    const { groups, freeWrites, thread } = this.#options;
    const group = groups.of(chunk, start, end);
    if (group === undefined) return NOT_PLAIN;
    const life = group.store.lifeOf(chunk, start, end);
    if (life !== MISSING) return life;
    if (!freeWrites.begin(thread, this.#sets.memories)) return NOT_PLAIN;
    try {
      return group.store.lifeOf(chunk, start, end);
    } finally {
      freeWrites.end(thread);
    }
  }

  /** As PlainChanges.remove. */
  remove(chunk: Uint8Array, start: number, end: number): number {
    return this.#change(chunk, start, end, 0, 0);
  }

  /** As PlainChanges.expire. */
  expire(chunk: Uint8Array, start: number, end: number, ttlMs: number, clockMs: number): number {
    return this.#change(chunk, start, end, ttlMs, clockMs);
  }

  /** `ttlMs`: 0: the entry is deleted. */
  #change(chunk: Uint8Array, start: number, end: number, ttlMs: number, clockMs: number): number {
    const { groups, freeWrites, thread } = this.#options;
    const group = groups.of(chunk, start, end);
    if (group === undefined || !freeWrites.begin(thread, this.#sets.memories)) return NOT_PLAIN;
    const { store } = group;
    try {
      if (freeWrites.mayBeLoading(store.hashOf(chunk, start, end))) return NOT_PLAIN;
      const isDone =
        ttlMs === 0 ? store.delete(chunk, start, end) : store.expire(chunk, start, end, ttlMs, clockMs);
      return isDone ? 1 : 0;
    } finally {
      freeWrites.end(thread);
    }
  }
}
