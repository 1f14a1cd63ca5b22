/**
 * The figures that a worker thread reports, and their sum over all workers.
 *
 * Invariant: adding figures up changes none of them, so the last report of a worker that has ended can be added again and
 * again.
 */

import { addCounters } from "./add-counters.ts";
import { type ClientCounters, zeroClientCounters } from "./client-counters.ts";
import { type CommandCounts, CommandStats } from "./command-stats.ts";
import { type GroupCounters, zeroGroupCounters } from "./group-counters.ts";
import { Latency } from "./latency.ts";

/** What a thread has counted of the connections that it accepted. */
export interface ConnectionFigures {
  connectionsReceived: number;
  connectionsRejected: number;
  /** Bytes that clients have sent, and bytes that the kernel has taken for them. */
  netInputBytes: number;
  netOutputBytes: number;
}

/** What a thread has counted of its clients. */
export interface ClientFigures extends ClientCounters, ConnectionFigures {}

/** Figures at zero. */
export function zeroConnectionFigures(): ConnectionFigures {
  return { connectionsReceived: 0, connectionsRejected: 0, netInputBytes: 0, netOutputBytes: 0 };
}

/** What a worker has counted. */
export interface WorkerFigures {
  /** By the name of the group. */
  readonly groups: Readonly<Record<string, GroupCounters>>;
  readonly clients: ClientFigures;
  readonly commands: CommandCounts;
  /** The heap of the worker. */
  readonly heapBytes: number;
  /** The state of a `Latency`: of commands that could not be answered at once. */
  readonly waits: Float64Array;
  /** The lines of CLIENT LIST. Empty unless they were asked for, since there may be thousands. */
  readonly lines: readonly string[];
}

/** The sum over any number of workers; with no worker, all zeros. */
export function sumWorkerFigures(all: readonly WorkerFigures[]): WorkerFigures {
  const groups: Record<string, GroupCounters> = {};
  const clients = { ...zeroClientCounters(), ...zeroConnectionFigures() };
  const waits = new Latency();
  let heapBytes = 0;
  const commands = new CommandStats();
  for (const figures of all) {
    for (const [name, counters] of Object.entries(figures.groups)) {
      groups[name] ??= zeroGroupCounters();
      addCounters(groups[name], counters);
    }
    addCounters(clients, figures.clients);
    commands.addAll(figures.commands);
    waits.add(new Latency(figures.waits));
    heapBytes += figures.heapBytes;
  }
  return {
    groups,
    clients,
    heapBytes,
    waits: waits.state,
    commands: commands.counts,
    lines: all.flatMap(({ lines }) => lines),
  };
}
