/**
 * What a connection is given by who accepted it: where hits are, who runs all else, the limits, and who is told of what.
 */

import type { ReaderLimits } from "../../proto/command-header.ts";
import type { GetRun } from "../../proto/get-run.ts";
import type { Reply } from "../../proto/reply.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { ClientCounters } from "../counters/client-counters.ts";
import type { Latency } from "../counters/latency.ts";
import type { Waiter } from "../groups/flights.ts";
import type { HitRoute } from "../hits/hits.ts";
import type { Output } from "../hits/output.ts";
import type { Departures } from "./departures.ts";
import type { StallLimits } from "./stalls.ts";

/** `Client` is the connection: it is handed back, and nothing is asked of it here. */
export interface ConnectionHost<Client> extends HitRoute {
  /** Shared by the connections of a thread: what it holds between turns is about to leave. */
  readonly output: Output;
  readonly departures: Departures;
  /** Shared likewise: what it finds is answered within the turn, or found again in a later one. */
  readonly run: GetRun;
  /** Read at each use, because CONFIG SET changes it in place. */
  readonly conf: Pick<NodeConf, "requirePass" | "maxKeyBytes" | "maxOutputBytes" | "maxPendingCommands"> &
    StallLimits;
  /** What the reader keeps to now. */
  limits(authenticated: boolean): ReaderLimits;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  /** Of commands that could not be answered at once, in seconds. */
  readonly waitLatency: Latency;
  readonly counters: ClientCounters;
  /** A GET of a key, which is a copy, of some group, that is not held here; undefined on threads that cannot ask. */
  readonly ask: ((key: Buffer, waiter: Waiter) => void) | undefined;
  /** What was asked that way has been answered. */
  asked(connection: Client, key: Buffer, tookMs: number, isFailure: boolean): void;
  /** Undefined means that there is no reply. */
  execute(args: Buffer[], connection: Client): Reply | undefined | Promise<Reply | undefined>;
  /** Commands are looked at before they are performed: no hit is answered in place. */
  isObserved(): boolean;
  closed(connection: Client): void;
  dropped(connection: Client, why: string): void;
  /** An invariant is broken; the client gets an error reply. */
  failed(connection: Client, error: unknown): void;
}
