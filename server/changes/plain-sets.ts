/**
 * SETs that change nothing but a store of this node.
 *
 * Invariant: such a SET does what the same edit does in cluster-changes.ts. It is possible while nobody has to hear of it: no
 * other member, no client that tracks or watches a key, no listener to events. Knows no command.
 */
import type { Group, Groups } from "../groups/groups.ts";
import type { KeyEvents } from "../tracking/key-events.ts";
import type { Tracking } from "../tracking/tracking.ts";
import type { Watches } from "../tracking/watches.ts";

export interface PlainSetsOptions {
  readonly groups: Groups;
  readonly tracking: Pick<Tracking, "isIdle">;
  readonly watches: Pick<Watches, "isIdle">;
  /** Undefined: nobody can hear of events. */
  readonly events?: Pick<KeyEvents, "isOn">;
}

export class PlainSets {
  readonly #options: PlainSetsOptions;

  constructor(options: PlainSetsOptions) {
    this.#options = options;
  }

  /**
   * Sets the stored key `chunk[keyStart, keyEnd)` to `chunk[valueStart, valueEnd)`; the bytes are copied. `ttlMs`: undefined:
   * the entry does not expire. `clockMs`: a reading of the clock now. False: nothing has happened, and the SET has to go the
   * general way.
   */
  set(
    chunk: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    ttlMs: number | undefined,
    clockMs: number,
  ): boolean {
    const group = this.#options.groups.of(chunk, keyStart, keyEnd);
    if (group === undefined || valueEnd - valueStart > group.conf.maxValueBytes) return false;
    if (isHeard(this.#options)) return false;
    const key = viewOf(chunk, keyStart, keyEnd);
    if (!group.store.set(key, viewOf(chunk, valueStart, valueEnd), ttlMs, clockMs)) return false;
    if (group.loads.size > 0) voidLoad(group, key);
    return true;
  }
}

/** Whether somebody has to hear of a change now. */
export function isHeard({ tracking, watches, events }: PlainSetsOptions): boolean {
  return !tracking.isIdle || !watches.isIdle || events?.isOn === true;
}

/** A view of `chunk[start, end)`. A plain one is made faster than a Buffer. */
export function viewOf({ buffer, byteOffset }: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + start, end - start);
}

export function voidLoad(group: Group, key: Uint8Array): void {
  group.loads.void(Buffer.from(key.buffer, key.byteOffset, key.length));
}
