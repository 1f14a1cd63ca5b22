/**
 * What a connection is in the middle of: a transaction, watched keys, subscriptions.
 *
 * Invariant: what a client has the server keep for it is bounded; all of it is counted here. Knows no socket.
 */
import type { SubscriptionKind } from "../sessions/pubsub.ts";
import type { Transaction } from "./transaction.ts";

/** What a set and a map cost for each name beside its bytes. */
const NAME_BYTES = 200;

/** CLIENT REPLY: nothing is replied any more; the next command is not replied to; this one is not. */
export type Silence = "always" | "next" | "this";

/** Who may say everything but what needs `admin-password`, and who may say that, too. */
export type User = "default" | "admin";

export class Session {
  user: User = "default";
  /** How many this client has given. */
  wrongPasswords = 0;
  /** From MULTI to EXEC. */
  transaction: Transaction | undefined;
  /** How many keys are watched, and the bytes that they are kept in. */
  watched = { keys: 0, bytes: 0 };
  /** CLIENT TRACKING is on: tells of keys that were read, or in BCAST mode of those with its prefixes. */
  tracking: "keys" | "prefixes" | undefined;
  /** CLIENT CACHING was said and not used up. */
  caching = false;
  /** Undefined: everything is replied to. */
  silence: Silence | undefined;
  isMonitor = false;
  noEvict = false;
  noTouch = false;
  #subscriptions: Record<SubscriptionKind, Set<string>> | undefined;
  #nameBytes = 0;

  /** Names of one character a byte. */
  names(kind: SubscriptionKind): readonly string[] {
    return [...(this.#subscriptions?.[kind] ?? [])];
  }

  count(kind: SubscriptionKind): number {
    return this.#subscriptions?.[kind].size ?? 0;
  }

  get isSubscribed(): boolean {
    return this.#nameBytes > 0;
  }

  addSubscription(kind: SubscriptionKind, name: string): void {
    this.#subscriptions ??= { channels: new Set(), patterns: new Set(), shards: new Set() };
    if (this.#subscriptions[kind].has(name)) return;
    this.#subscriptions[kind].add(name);
    this.#nameBytes += name.length + NAME_BYTES;
  }

  deleteSubscription(kind: SubscriptionKind, name: string): void {
    if (this.#subscriptions?.[kind].delete(name)) this.#nameBytes -= name.length + NAME_BYTES;
  }

  /** Bytes that are kept for this client. */
  get keptBytes(): number {
    return this.watched.bytes + this.#nameBytes + (this.transaction?.bytes ?? 0);
  }

  mayKeep(moreBytes: number, maxBytes: number): boolean {
    return this.keptBytes + moreBytes <= maxBytes;
  }
}
