/**
 * Tells trackers of keys that have changed: at once, when the replies of this turn are out, or in BCAST mode all keys of a
 * turn together.
 *
 * Invariants: a client with NOLOOP is not told of its own changes. A tracker that is told soon has the replies that were ready
 * before. Does not know which tracker has read which key.
 */
import type { Tracker } from "../../cluster/tracker.ts";
import { clientKey } from "../store/database-key.ts";
import { TrackingClient } from "./tracking-client.ts";

/** Trackers and a key that are told of each other soon. */
type LateTell = readonly [trackers: readonly Tracker[], name: string];

export class Tells {
  readonly #soon: (run: () => void) => void;
  /** Clients in BCAST mode with a message that is not sent yet. */
  readonly #gathering = new Set<TrackingClient>();
  /** Those of them whose own command has made a change, and is about to be answered. */
  readonly #hurried = new Set<TrackingClient>();
  #flushPlanned = false;
  #late: LateTell[] = [];

  /** `soon` calls back when the replies that are ready now have been handed over. */
  constructor(soon: (run: () => void) => void) {
    this.#soon = soon;
  }

  /** `name`: the stored key. `by`: the id of the client of this node that made the change. */
  tell(trackers: readonly Tracker[], name: string, by: number | undefined): void {
    for (const tracker of trackers) {
      const key = Buffer.from(name, "latin1");
      if (tracker instanceof TrackingClient && tracker.mode.bcast)
        this.gather(tracker, clientKey(key).toString("latin1"), by);
      else if (!isUnwanted(tracker, by)) tracker.invalidate(key, isBy(tracker, by));
    }
  }

  /** For news that come with the reply which some of the trackers wait for: that reply goes first. */
  tellSoon(trackers: readonly Tracker[], name: string): void {
    if (trackers.length === 0) return;
    if (this.#late.push([trackers, name]) > 1) return;
    this.#soon(() => {
      for (const [late, key] of this.#late.splice(0)) this.tell(late, key, undefined);
    });
  }

  /**
   * Tells a client in BCAST mode of a key as clients say it, together with the other keys of this turn. The client's own
   * change has to leave with the reply to it, which may be written before the turn ends.
   */
  gather(client: TrackingClient, name: string, by: number | undefined): void {
    if (isUnwanted(client, by)) return;
    const isOwn = isBy(client, by);
    const isFirst = client.gather(name, isOwn);
    if (isOwn && client.mode.redirect === 0) this.#flushBehindReply(client);
    else if (isFirst) this.#flushSoon(client);
  }

  #flushBehindReply(client: TrackingClient): void {
    if (this.#hurried.has(client)) return;
    this.#hurried.add(client);
    queueMicrotask(() => {
      this.#hurried.delete(client);
      client.flush();
    });
  }

  #flushSoon(client: TrackingClient): void {
    this.#gathering.add(client);
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    this.#soon(() => this.#flush());
  }

  #flush(): void {
    this.#flushPlanned = false;
    for (const client of this.#gathering) client.flush();
    this.#gathering.clear();
  }
}

/** The tracker is the client that made the change. */
export function isBy(tracker: Tracker, by: number | undefined): boolean {
  return by !== undefined && tracker instanceof TrackingClient && tracker.id === by;
}

/** With NOLOOP a client is not told of its own changes. */
function isUnwanted(tracker: Tracker, by: number | undefined): boolean {
  return isBy(tracker, by) && (tracker as TrackingClient).mode.noloop;
}
