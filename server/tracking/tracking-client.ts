/**
 * One client that has said CLIENT TRACKING ON: how it wants to be told, and the bytes that tell it.
 *
 * Invariant: in BCAST mode the keys of one turn travel in one message for each prefix, in order, as Redis sends them; else
 * each key is a message of its own. A client that speaks RESP2 is told nothing, as in Redis. Does not know the table.
 */
import type { Tracker } from "../../cluster/tracker.ts";
import { ByDialect, Push, type Reply } from "../../proto/reply.ts";

/** What the words behind CLIENT TRACKING ON ask for. Prefixes are Latin-1 text, a character a byte. */
export interface TrackingMode {
  readonly bcast: boolean;
  readonly optin: boolean;
  readonly optout: boolean;
  readonly noloop: boolean;
  readonly prefixes: readonly string[];
}

/** The client that a tracking client is: of any thread. */
export interface PushTarget {
  readonly id: number;
  push(message: Reply, atOnce?: boolean): void;
}

export class TrackingClient implements Tracker {
  readonly id: number;
  mode: TrackingMode;
  /** CLIENT CACHING was said for the next command or transaction. */
  caching = false;
  isGone = false;
  readonly #target: PushTarget;
  readonly #gathered = new Set<string>();
  #hasOwnGathered = false;

  constructor(target: PushTarget, mode: TrackingMode) {
    this.id = target.id;
    this.#target = target;
    this.mode = mode;
  }

  /** Whether the keys of a command that runs now are to be remembered. */
  get remembers(): boolean {
    const { optin, optout } = this.mode;
    if (optin) return this.caching;
    return !optout || !this.caching;
  }

  invalidate(key: Buffer, isOwn: boolean): void {
    if (this.isGone) return;
    if (this.mode.bcast) this.gather(key.toString("latin1"), isOwn);
    else this.#tell([key], isOwn);
  }

  invalidateAll(isOwn: boolean): void {
    if (this.isGone) return;
    this.#gathered.clear();
    this.#tell(null, isOwn);
  }

  /** Keeps the name of a key for the end of the turn. True: it is the first one. */
  gather(name: string, isOwn: boolean): boolean {
    this.#gathered.add(name);
    this.#hasOwnGathered ||= isOwn;
    return this.#gathered.size === 1;
  }

  /** Tells of the keys that were gathered. */
  flush(): void {
    const names = [...this.#gathered].sort();
    const isOwn = this.#hasOwnGathered;
    this.#gathered.clear();
    this.#hasOwnGathered = false;
    for (const prefix of [...this.mode.prefixes].sort()) {
      const keys = names.filter((name) => name.startsWith(prefix)).map((name) => Buffer.from(name, "latin1"));
      if (keys.length > 0 && !this.isGone) this.#tell(keys, isOwn);
    }
  }

  /** Of one's own doing one hears behind the reply to it only, as with Redis. */
  #tell(keys: Buffer[] | null, isOwn: boolean): void {
    this.#target.push(new ByDialect(undefined, new Push(["invalidate", keys])), !isOwn);
  }
}
