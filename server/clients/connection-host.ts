/**
 * What a connection is given by the thread that accepted it: where hits are found, what executes all other commands, the
 * limits, and the functions that are told of events.
 *
 * Owns the type only.
 */
import type { World } from "../../cluster/world.ts";
import type { ReaderLimits } from "../../proto/command-header.ts";
import type { GetRun } from "../../proto/get-run.ts";
import type { Reply } from "../../proto/reply.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { ClientCounters } from "../counters/client-counters.ts";
import type { Latency } from "../counters/latency.ts";
import type { Waiter } from "../groups/flights.ts";
import type { Ahead } from "../hits/ahead.ts";
import type { HitRoute } from "../hits/hits.ts";
import type { Output } from "../hits/output.ts";
import type { KeyRoute } from "../hits/plain-key.ts";
import type { SetRoute } from "../hits/plain-set.ts";
import type { Passwords } from "./passwords.ts";
import type { StallLimits } from "./stall-check.ts";
import type { WriteQueue } from "./write-queue.ts";

/** `Client` is the connection: it is handed back, and nothing is asked of it here. */
export interface ConnectionHost<Client> extends HitRoute, SetRoute<Client>, KeyRoute<Client> {
  /** All connections of a thread share it; what it holds between turns is about to be written. */
  readonly output: Output;
  /** All connections of a thread share it. */
  readonly writes: WriteQueue;
  /** All connections of a thread share it. */
  readonly ahead: Ahead;
  /** All connections of a thread share it: what it finds is answered within the turn, or found again in a later one. */
  readonly run: GetRun;
  /** Read at each use, because CONFIG SET changes it in place. */
  readonly conf: Pick<
    NodeConf,
    "requirePass" | "loglevel" | "maxKeyBytes" | "maxOutputBytes" | "maxPendingCommands"
  > &
    StallLimits;
  readonly passwords: Passwords;
  /** What a client may send now. */
  limits(authenticated: boolean): ReaderLimits;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  readonly world: Pick<World, "soon" | "quietlyAfter">;
  /** How long commands waited that could not be answered at once, in seconds. */
  readonly waitLatency: Latency;
  readonly counters: ClientCounters;
  /** Loads or forwards a GET that missed; the stored key is a copy and has a group. Undefined on a thread that can do neither. */
  readonly missed: ((key: Buffer, waiter: Waiter) => void) | undefined;
  /** Told that a GET which `missed` took has been answered. The key is the stored one. */
  missAnswered(connection: Client, key: Buffer, tookMs: number, isFailure: boolean): void;
  /** Undefined means that there is no reply. */
  execute(args: Buffer[], connection: Client): Reply | undefined | Promise<Reply | undefined>;
  /** MONITOR or a pause looks at commands before they are executed: no hit is answered in place. */
  isObserved(): boolean;
  /** The client has its last reply; its socket stays until the client may have read it. */
  left(connection: Client): void;
  /** The socket is gone, whether the client has left before or not. */
  closed(connection: Client): void;
  dropped(connection: Client, why: string): void;
  /** An invariant is broken; the client gets an error reply. */
  failed(connection: Client, error: unknown): void;
}
