/**
 * What the main thread asks every thread about its clients, or has it do to them, with the answers' types.
 */
import type { PauseMode } from "./pause.ts";
import type { SubscriptionCounts } from "./pubsub.ts";
import type { SlowEntry } from "./slow-log.ts";

/** Which clients CLIENT KILL means; all conditions hold, those that are not given for everybody. */
export interface ClientFilter {
  readonly id?: number;
  readonly addr?: string;
  readonly laddr?: string;
  readonly user?: string;
  readonly isSubscribed?: boolean;
  /** Who asks: it is let go after its reply, or skipped. */
  readonly self: number;
  readonly skipsSelf: boolean;
  /** Nobody, whatever else holds: for kinds that there are none of. */
  readonly nobody?: boolean;
}

export type Question =
  | {
      readonly what: "publish";
      readonly kind: "channels" | "shards";
      readonly channel: Uint8Array;
      readonly message: Uint8Array;
    }
  | { readonly what: "subscriptions" | "slow log" | "forget slow log" }
  | { readonly what: "kill"; readonly filter: ClientFilter }
  | { readonly what: "watch commands"; readonly isOn: boolean }
  | { readonly what: "pause"; readonly mode: PauseMode; readonly ms: number }
  | { readonly what: "unpause" };

interface Answers {
  /** How many got it. */
  readonly publish: number;
  readonly subscriptions: SubscriptionCounts;
  /** How many were closed. */
  readonly kill: number;
  readonly "watch commands": null;
  readonly pause: null;
  readonly "slow log": readonly SlowEntry[];
  readonly "forget slow log": null;
  readonly unpause: null;
}

export type AnswerTo<Asked extends Question> = Answers[Asked["what"]];
