/**
 * One client that has said CLIENT TRACKING ON: its mode, and the messages to it.
 *
 * Invariant: as in Redis, a key is a message of its own; in BCAST mode the keys of one turn are one sorted message for
 * each prefix. A client that speaks RESP2 gets no message. Does not know which client has read which key.
 */
import type { Tracker } from "../../cluster/tracker.ts";
import { ByDialect, Push, type Reply } from "../../proto/reply.ts";
import { clientKey } from "../store/database-key.ts";
import { PrefixSet } from "./bcast-prefixes.ts";

/** The words behind CLIENT TRACKING ON. Prefixes are Latin-1 text, a character a byte. */
export interface TrackingMode {
  readonly bcast: boolean;
  readonly optin: boolean;
  readonly optout: boolean;
  readonly noloop: boolean;
  /** The client that gets the messages in place of this one; 0: none does. */
  readonly redirect: number;
  readonly prefixes: readonly string[];
}

/** Where the messages go: a client on any thread. */
export interface PushTarget {
  readonly id: number;
  /** As Outbox.push. */
  push(message: Reply, atOnce?: boolean): void;
}

/** Sends keys, or null for all, in place of `of` to another client of any thread; false: there is no such client. */
export type Redirect = (client: number, keys: readonly Buffer[] | null, of: number) => Promise<boolean>;

export class TrackingClient implements Tracker {
  readonly id: number;
  #mode: TrackingMode;
  #prefixes: PrefixSet;
  /** The client has said CLIENT CACHING for its next command or transaction. */
  caching = false;
  isGone = false;
  /** The client that the messages were to go to has gone. */
  isBroken = false;
  readonly #redirect: Redirect;
  readonly #target: PushTarget;
  readonly #gathered = new Set<string>();
  #hasOwnGathered = false;

  constructor(target: PushTarget, mode: TrackingMode, redirect: Redirect) {
    this.id = target.id;
    this.#redirect = redirect;
    this.#target = target;
    this.#mode = mode;
    this.#prefixes = new PrefixSet(mode.prefixes);
  }

  get mode(): TrackingMode {
    return this.#mode;
  }

  set mode(mode: TrackingMode) {
    this.#mode = mode;
    this.#prefixes = new PrefixSet(mode.prefixes);
    this.isBroken = false;
  }

  /** Whether the client wants to hear of this key. In BCAST mode it wants keys with its prefixes only, whatever it reads. */
  wants(name: string): boolean {
    return !this.#mode.bcast || this.#prefixes.of(name) !== undefined;
  }

  /** Whether the keys that a command of this client reads now are noted. */
  get remembers(): boolean {
    const { optin, optout } = this.mode;
    if (optin) return this.caching;
    return !optout || !this.caching;
  }

  /** `key` is the stored key. */
  invalidate(key: Buffer, isOwn: boolean): void {
    if (this.isGone) return;
    if (this.mode.bcast) this.gather(clientKey(key).toString("latin1"), isOwn);
    else this.#tell([clientKey(key)], isOwn);
  }

  invalidateAll(isOwn: boolean): void {
    if (this.isGone) return;
    this.#gathered.clear();
    this.#tell(null, isOwn);
  }

  /** Keeps the name of a key, as clients say it, until `flush`. True: it is the first one. */
  gather(name: string, isOwn: boolean): boolean {
    this.#gathered.add(name);
    this.#hasOwnGathered ||= isOwn;
    return this.#gathered.size === 1;
  }

  /** Tells the client of the keys that were gathered. */
  flush(): void {
    const names = [...this.#gathered].sort();
    const isOwn = this.#hasOwnGathered;
    this.#gathered.clear();
    this.#hasOwnGathered = false;
    // No prefix begins with another one, so the keys of each stand together.
    const byPrefix = new Map<string, Buffer[]>();
    for (const name of names) {
      const prefix = this.#prefixes.of(name);
      if (prefix === undefined) continue;
      const keys = byPrefix.get(prefix) ?? [];
      byPrefix.set(prefix, keys);
      keys.push(Buffer.from(name, "latin1"));
    }
    if (!this.isGone) for (const keys of byPrefix.values()) this.#tell(keys, isOwn);
  }

  /** As in Redis, a client hears of its own change only behind the reply to it. */
  #tell(keys: Buffer[] | null, isOwn: boolean): void {
    const { redirect } = this.#mode;
    if (redirect > 0) void this.#send(redirect, keys);
    else this.#target.push(new ByDialect(undefined, new Push(["invalidate", keys])), !isOwn);
  }

  async #send(redirect: number, keys: Buffer[] | null): Promise<void> {
    if ((await this.#redirect(redirect, keys, this.id)) || this.isGone || this.#mode.redirect !== redirect)
      return;
    this.isBroken = true;
    this.#target.push(new ByDialect(undefined, new Push(["tracking-redir-broken", redirect])), true);
  }
}
