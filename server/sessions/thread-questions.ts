/**
 * What the main thread asks every thread about its clients, or has the thread do to them, and the types of the answers.
 *
 * Owns the types only. Questions and answers travel between threads, so they hold plain values.
 */
import type { PauseMode } from "./pause.ts";
import type { SubscriptionCounts } from "./pubsub.ts";
import type { SlowEntry } from "./slow-log.ts";

/** Which clients CLIENT KILL means: those that meet every condition which is given. */
export interface ClientFilter {
  readonly id?: number;
  readonly addr?: string;
  readonly laddr?: string;
  readonly user?: string;
  /** Connected for at least so long. */
  readonly minAgeSeconds?: number;
  readonly isSubscribed?: boolean;
  /** The client that asks: it closes after its reply, or is skipped. */
  readonly self: number;
  readonly skipsSelf: boolean;
  /** No client, whatever else is given: for TYPE replica and the like, which there are none of. */
  readonly nobody?: boolean;
}

/** How many clients are in a state; a client may be in several. */
export interface ClientStates {
  /** A command waits for the end of a pause. */
  readonly held: number;
  readonly subscribed: number;
  readonly watching: number;
}

export type Question =
  | {
      readonly what: "publish";
      readonly kind: "channels" | "shards";
      readonly channel: Uint8Array;
      readonly message: Uint8Array;
    }
  | { readonly what: "subscriptions" | "client states" | "slow log" | "forget slow log" }
  | { readonly what: "has client"; readonly client: number }
  /** CLIENT TRACKING REDIRECT: `keys` are no longer valid; null: none is. */
  | { readonly what: "invalidate"; readonly client: number; readonly keys: readonly Uint8Array[] | null }
  /** The client's messages were to go to one that is not there. */
  | { readonly what: "redirect is broken"; readonly client: number }
  | { readonly what: "kill"; readonly filter: ClientFilter }
  | { readonly what: "watch commands"; readonly isOn: boolean }
  | { readonly what: "pause"; readonly mode: PauseMode; readonly ms: number }
  | { readonly what: "unpause" };

interface Answers {
  /** Clients that got the message. */
  readonly publish: number;
  /** Whether the client is one of the thread. */
  readonly "has client": boolean;
  readonly invalidate: boolean;
  readonly "redirect is broken": null;
  readonly subscriptions: SubscriptionCounts;
  readonly "client states": ClientStates;
  /** Clients that were closed. */
  readonly kill: number;
  readonly "watch commands": null;
  readonly pause: null;
  readonly "slow log": readonly SlowEntry[];
  readonly "forget slow log": null;
  readonly unpause: null;
}

export type AnswerTo<Asked extends Question> = Answers[Asked["what"]];
