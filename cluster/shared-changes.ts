/**
 * The changes that all members share: what this node announces, what it hears, and who has heard what.
 *
 * Owns the counter of versions, and joins announcements.ts (this process' log), hearing.ts (the others' logs) and
 * recent-changes.ts (which copies may be kept). Keeps: what is announced or heard counts as changed lately before anybody can
 * ask for the key again. Does not know links, nor what a change does.
 */

import type { carrot } from "../proto/generated/carrot.js";
import { Announcements, type TellingLink } from "./announcements.ts";
import { ChangeCounter, type Deletion, type Version } from "./change.ts";
import { type Author, type DoChange, Hearing } from "./hearing.ts";
import { RecentChanges } from "./recent-changes.ts";
import type { World } from "./world.ts";

interface SharedChangesOptions {
  readonly own: Author;
  readonly world: Pick<World, "clock" | "soon" | "quietlyAfter">;
  /** As AnnouncementsOptions.timeoutMs. */
  readonly timeoutMs: () => number;
  readonly change: DoChange;
  /** As PeersOptions.firstCounter. */
  readonly firstCounter?: number | undefined;
}

export class SharedChanges {
  readonly hearing: Hearing;
  readonly #own: Author;
  readonly #counter: ChangeCounter;
  readonly #announcements: Announcements;
  readonly #recent: RecentChanges;
  /** For each other member a counter: all its changes up to there have been heard. */
  readonly #settled = new Map<string, number>();

  constructor({ own, world, timeoutMs, change, firstCounter }: SharedChangesOptions) {
    this.#own = own;
    this.#counter = new ChangeCounter(firstCounter);
    this.#announcements = new Announcements({ world, counter: this.#counter, timeoutMs });
    this.hearing = new Hearing({
      own,
      last: () => this.#announcements.last,
      counter: this.#counter,
      change: (deletion, version) => {
        this.#note(deletion);
        const done = change(deletion, version);
        // Who had heard all that was done here while it went on may not have heard of this.
        return typeof done === "number" ? done : done.finally(() => this.#note(deletion));
      },
    });
    this.#recent = new RecentChanges({ clock: world.clock, positions: () => this.hearing.positions });
  }

  /** As Peers.announce. */
  announce(deletion: Deletion): Promise<number> {
    this.#note(deletion);
    return this.#announcements.announce(deletion);
  }

  /** As Announcements.flush. */
  flush(): void {
    this.#announcements.flush();
  }

  nextVersion(): Version {
    return { counter: this.#counter.tick(), author: this.#own.id };
  }

  /** As ChangeCounter.hear. */
  hearCounter(counter: number): void {
    this.#counter.hear(counter);
  }

  settledCounter(): number {
    return Math.min(...this.#settled.values());
  }

  /** As RecentChanges.isRecent. */
  isRecent(member: string, key: Uint8Array): boolean {
    return this.#recent.isRecent(member, key);
  }

  /** A member of the ring, whose link is not up yet. */
  add(id: string, link: TellingLink): void {
    this.#settled.set(id, 0);
    this.#announcements.add(id, link);
  }

  /** The member has left the ring. */
  remove(id: string): void {
    this.#announcements.remove(id);
    this.hearing.forget(id);
    this.#recent.forget(id);
    this.#settled.delete(id);
  }

  /** As Announcements.opened. */
  opened(id: string, heard: number): void {
    this.#announcements.opened(id, heard);
  }

  /** The link to a member has ended. */
  closed(id: string): void {
    this.#announcements.closed(id);
  }

  /** As Announcements.told. */
  told(id: string, told: carrot.Told.$Properties): void {
    this.#announcements.told(id, told);
  }

  /** A member has said how far it has heard all logs, its own among them. */
  ponged(id: string, { positions, counter }: carrot.Pong.$Properties): void {
    this.#recent.saw(id, positions ?? []);
    this.#announcements.nudge(id);
    this.#counter.hear(counter ?? 0);
    const own = positions?.find((position) => position.id === id);
    if (own && this.hearing.covers([own])) this.#settled.set(id, counter ?? 0);
  }

  close(): void {
    this.#announcements.close();
  }

  #note({ keys, flush }: Deletion): void {
    if (flush !== undefined) this.#recent.note([]);
    else if (keys.length > 0) this.#recent.note(keys);
  }
}
