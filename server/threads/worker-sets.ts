/**
 * Plain SETs that a worker thread does by itself, in the shared stores.
 *
 * Invariant: as for changes/plain-sets.ts, which does the same on the main thread. When the key is being loaded, the SET is
 * left to the main thread although the value is there already: it does the SET once more and voids the load. Until the main
 * thread has done so, the client has no reply.
 */
import { viewOf } from "../changes/plain-sets.ts";
import type { Groups, HeldGroup } from "../groups/groups.ts";
import type { FreeWrites } from "../store/free-writes.ts";

export interface WorkerSetsOptions {
  readonly groups: Groups<HeldGroup>;
  /** Of a group; read at each use, because CONFIG SET changes it. */
  readonly maxValueBytes: (group: string) => number;
  readonly freeWrites: FreeWrites;
  readonly thread: number;
  /** How often the stores had moved to other memory when this thread began to use the one that it uses. */
  readonly memories: number;
}

export class WorkerSets {
  /** The stores of this thread use the memory after so many moves. */
  memories: number;
  readonly #options: WorkerSetsOptions;

  constructor(options: WorkerSetsOptions) {
    this.#options = options;
    this.memories = options.memories;
  }

  /** As PlainSets.set. */
  set(
    chunk: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    ttlMs: number | undefined,
    clockMs: number,
  ): boolean {
    const { groups, maxValueBytes, freeWrites, thread } = this.#options;
    const group = groups.of(chunk, keyStart, keyEnd);
    if (group === undefined || valueEnd - valueStart > maxValueBytes(group.name)) return false;
    if (!freeWrites.begin(thread, this.memories)) return false;
    try {
      const key = viewOf(chunk, keyStart, keyEnd);
      const value = viewOf(chunk, valueStart, valueEnd);
      return (
        group.store.set(key, value, ttlMs, clockMs) &&
        !freeWrites.mayBeLoading(group.store.hashOf(chunk, keyStart, keyEnd))
      );
    } finally {
      freeWrites.end(thread);
    }
  }
}
