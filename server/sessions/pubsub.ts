/**
 * The channels of one thread and the clients that listen to them.
 *
 * Invariant: a subscription stands in the client's session and here, always in both; a channel without listeners is
 * forgotten. Names are bytes, as text of one character a byte. Knows no other thread and no other node.
 */

import { matchesGlob } from "../../proto/glob.ts";
import { Encoded, encodeReply, Push, type Reply } from "../../proto/reply.ts";
import type { Connection } from "../clients/connection.ts";
import type { SubscriptionKind } from "../clients/session.ts";

/** Listeners of each channel and pattern, in numbers. */
export type SubscriptionCounts = Readonly<Record<SubscriptionKind, ReadonlyMap<string, number>>>;

type Listeners = Map<string, Set<Connection>>;

export class PubSub {
  readonly #listeners: Readonly<Record<SubscriptionKind, Listeners>> = {
    channels: new Map(),
    patterns: new Map(),
    shards: new Map(),
  };

  subscribe(kind: SubscriptionKind, name: string, connection: Connection): void {
    const listeners = this.#listeners[kind];
    const own = listeners.get(name) ?? new Set();
    listeners.set(name, own.add(connection));
    connection.session.addSubscription(kind, name);
  }

  unsubscribe(kind: SubscriptionKind, name: string, connection: Connection): void {
    const listeners = this.#listeners[kind];
    const own = listeners.get(name);
    own?.delete(connection);
    if (own?.size === 0) listeners.delete(name);
    connection.session.deleteSubscription(kind, name);
  }

  /** Ends all subscriptions of a client. */
  forget(connection: Connection): void {
    for (const kind of ["channels", "patterns", "shards"] as const) {
      for (const name of connection.session.names(kind)) this.unsubscribe(kind, name, connection);
    }
  }

  /** Sends a message to each listener of this thread; returns to how many. A client that listens twice counts twice. */
  publish(kind: "channels" | "shards", channel: Buffer, message: Buffer): number {
    const name = channel.toString("latin1");
    const word = kind === "shards" ? "smessage" : "message";
    let receivers = give(this.#listeners[kind].get(name), [word, channel, message]);
    if (kind === "shards") return receivers;
    for (const [pattern, listeners] of this.#listeners.patterns) {
      if (!matchesGlob(pattern, name)) continue;
      receivers += give(listeners, ["pmessage", Buffer.from(pattern, "latin1"), channel, message]);
    }
    return receivers;
  }

  counts(): SubscriptionCounts {
    const count = (listeners: Listeners) => new Map(Array.from(listeners, ([name, own]) => [name, own.size]));
    const { channels, patterns, shards } = this.#listeners;
    return { channels: count(channels), patterns: count(patterns), shards: count(shards) };
  }
}

/** The message is encoded once for each dialect, however many clients listen. */
function give(listeners: ReadonlySet<Connection> | undefined, elements: Reply[]): number {
  if (listeners === undefined) return 0;
  const encoded: { [Protocol in 2 | 3]?: Encoded } = {};
  for (const connection of listeners) {
    const { protocol } = connection;
    encoded[protocol] ??= new Encoded(encodeReply(new Push(elements), protocol));
    connection.push(encoded[protocol]);
  }
  return listeners.size;
}
