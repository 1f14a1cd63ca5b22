/** What an outbox needs of the connection that it belongs to. Owns the type only. */
import type { ClientCounters } from "../counters/client-counters.ts";
import type { Session } from "./session.ts";

export interface OutboxOwner {
  readonly protocol: 2 | 3;
  readonly authenticated: boolean;
  readonly session: Pick<Session, "special">;
  /** Whether the client still gets messages that no command of it has asked for. */
  readonly takesPushes: boolean;
  /** Closes at once, for a reason that is logged and counted. */
  drop(why: string, counter: keyof ClientCounters): void;
  /** Told that less waits for the client than before. */
  madeRoom(): void;
  /** Told that no written byte waits for the other clients' any more. */
  endIfDone(): void;
}
