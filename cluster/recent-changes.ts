/**
 * Which keys have changed so lately that another member may not have heard of it.
 *
 * Owns the moment of the last change of each bucket of keys, and for each member a moment before which it has heard
 * everything. Keeps: a key whose last change here is not known to be heard by a member counts as changed lately; so do the
 * other keys of its bucket. Why: a copy of what a member answers may be kept only if the member had heard every change of the
 * key that this node has heard (rule 8 of the protocol). Does not know links.
 */

import type { carrot } from "../proto/generated/carrot.js";
import { xxh32 } from "../proto/xxh32.ts";

/** 128 KiB of memory. */
const BUCKETS = 16_384;
/** Snapshots are at least so far apart. */
const SNAPSHOT_MS = 250;
/** A member that is further behind has not heard what came since. */
const MAX_SNAPSHOTS = 16;

type Positions = readonly carrot.Position.$Properties[];

interface Snapshot {
  readonly at: number;
  readonly positions: Positions;
}

interface RecentChangesOptions {
  readonly clock: () => number;
  /** What this node has heard. */
  readonly positions: () => Positions;
  /** Moments are counted from here. Default 0. */
  readonly moment?: number;
}

export class RecentChanges {
  readonly #options: RecentChangesOptions;
  /** Counts changes in the order in which they were done here. */
  #now: number;
  /** Not of 32 bits: a busy cluster makes as many changes in some days. */
  #last: Float64Array | undefined;
  #lastFlush = 0;
  readonly #heardUntil = new Map<string, number>();
  /** What this node had heard at some moments, the oldest first. */
  readonly #snapshots: Snapshot[] = [];
  #snapshotMs = Number.NEGATIVE_INFINITY;

  constructor(options: RecentChangesOptions) {
    this.#options = options;
    this.#now = options.moment ?? 0;
  }

  /** Keys are changed; no keys: all. */
  note(keys: readonly Uint8Array[]): void {
    const now = ++this.#now;
    if (keys.length === 0) this.#lastFlush = now;
    this.#last ??= new Float64Array(BUCKETS);
    for (const key of keys) this.#last[bucketOf(key)] = now;
  }

  /** Whether a member may not have heard a change of a key. */
  isRecent(member: string, key: Uint8Array): boolean {
    const now = this.#now;
    if (now === 0) return false;
    const heardUntil = this.#heardUntil.get(member) ?? 0;
    return heardUntil < now && (this.#lastFlush > heardUntil || this.#last![bucketOf(key)]! > heardUntil);
  }

  /** A member has said how far it has heard all logs. */
  saw(member: string, positions: Positions): void {
    if (this.#now === 0) return;
    this.#look();
    const heard = new Map(positions.map((position) => [nameOf(position), position.number ?? 0]));
    for (let i = this.#snapshots.length; i-- > 0; ) {
      const { at, positions: needed } = this.#snapshots[i]!;
      if (!needed.every((position) => (heard.get(nameOf(position)) ?? 0) >= (position.number ?? 0))) continue;
      if (at > (this.#heardUntil.get(member) ?? 0)) this.#heardUntil.set(member, at);
      return;
    }
  }

  /** The member has left the ring. */
  forget(member: string): void {
    this.#heardUntil.delete(member);
  }

  #look(): void {
    const now = this.#options.clock();
    if (now - this.#snapshotMs < SNAPSHOT_MS || this.#snapshots.at(-1)?.at === this.#now) return;
    this.#snapshotMs = now;
    this.#snapshots.push({ at: this.#now, positions: this.#options.positions() });
    if (this.#snapshots.length > MAX_SNAPSHOTS) this.#snapshots.shift();
  }
}

function bucketOf(key: Uint8Array): number {
  return xxh32(key, 0, key.length, 0) & (BUCKETS - 1);
}

function nameOf({ id, instance }: carrot.Position.$Properties): string {
  return `${id} ${Buffer.from(instance ?? []).toString("hex")}`;
}
