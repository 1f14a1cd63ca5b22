/**
 * What a client is in the middle of: a transaction, watched keys, subscriptions, silence.
 *
 * Invariants: everything that the server keeps for a client is counted here and bounded. A state that keeps hits from
 * being answered in place begins and ends together with its reason. Knows no socket.
 */
import { type Answer, Encoded, Push, type Reply, Several } from "../../proto/reply.ts";
import type { User } from "./passwords.ts";
import { SpecialReasons } from "./special-reasons.ts";
import { Transaction } from "./transaction.ts";

/** Bytes that a name takes in a set and a map beside its own: 207 on Node 20. */
const NAME_BYTES = 200;

/** CLIENT REPLY: OFF is "always"; SKIP is "next" until the next command begins, and "this" while that one runs. */
export type Silence = "always" | "next" | "this";

/** Redis keeps the channels of SSUBSCRIBE apart from the others. */
export type SubscriptionKind = "channels" | "patterns" | "shards";

export class Session {
  /** Why hits of this client are not answered in place now. */
  readonly special = new SpecialReasons();
  user: User = "default";
  /** What SELECT has chosen. */
  database = 0;
  /** Wrong passwords that this client has given. */
  wrongPasswords = 0;
  /** Watched keys, and the bytes that they take. */
  watched = { keys: 0, bytes: 0 };
  /** CLIENT TRACKING is on: for the keys that the client reads, or in BCAST mode for all keys with its prefixes. */
  tracking: "keys" | "prefixes" | undefined;
  /** The client that gets what tracking has to tell this one; 0: this one gets it. */
  redirect = 0;
  /** That client has gone, and tracking had something to tell it. */
  isRedirectBroken = false;
  /** CLIENT CACHING has been said, and no command has used it yet. */
  caching = false;
  isMonitor = false;
  /** A command of this client waits for the end of a pause. */
  isHeld = false;
  noEvict = false;
  noTouch = false;
  #transaction: Transaction | undefined;
  #silence: Silence | undefined;
  #subscriptions: Record<SubscriptionKind, Set<string>> | undefined;
  #nameBytes = 0;

  /** From MULTI to EXEC. */
  get transaction(): Transaction | undefined {
    return this.#transaction;
  }

  beginTransaction(): void {
    this.#transaction = new Transaction();
    this.special.set("queueing", true);
  }

  /** Ends the queueing; returns what was queued, or undefined outside MULTI. */
  endTransaction(): Transaction | undefined {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    this.special.set("queueing", false);
    return transaction;
  }

  /** Undefined: every command gets its reply. */
  get silence(): Silence | undefined {
    return this.#silence;
  }

  set silence(silence: Silence | undefined) {
    this.#silence = silence;
    this.special.set("silent", silence !== undefined);
  }

  /** A command begins. If the command before was CLIENT REPLY SKIP, this one gets no reply. */
  beginCommand(): void {
    if (this.#silence === "next") this.#silence = "this";
  }

  /** The command has returned this answer; returns what of it the client gets. */
  endCommand(answer: Answer): Answer {
    const silence = this.#silence;
    if (silence === "this") this.silence = undefined;
    if ((silence !== "this" && silence !== "always") || isConfirmation(answer)) return answer;
    return answer instanceof Promise ? answer.then(pushesOf) : undefined;
  }

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
    this.special.set("subscribed", true);
  }

  deleteSubscription(kind: SubscriptionKind, name: string): void {
    if (this.#subscriptions?.[kind].delete(name)) this.#nameBytes -= name.length + NAME_BYTES;
    this.special.set("subscribed", this.isSubscribed);
  }

  /** Bytes that the server keeps for this client. */
  get keptBytes(): number {
    return this.watched.bytes + this.#nameBytes + (this.#transaction?.bytes ?? 0);
  }

  mayKeep(moreBytes: number, maxBytes: number): boolean {
    return this.keptBytes + moreBytes <= maxBytes;
  }
}

/** What another thread's command has pushed to its own client, without the reply. */
function pushesOf(reply: Reply | undefined): Reply | undefined {
  return reply instanceof Encoded && reply.behind !== undefined ? new Encoded(reply.behind) : undefined;
}

/** Whether this confirms a subscription, which is sent even to a client that wants no replies. */
function isConfirmation(answer: Answer): boolean {
  return answer instanceof Push || answer instanceof Several;
}
