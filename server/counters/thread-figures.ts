/**
 * What each thread has counted, and the sum over threads.
 *
 * Invariant: what a sum is made of is not changed by it, so that a worker's last word can be counted again and again.
 */

import { type ClientCounters, zeroClientCounters } from "./client-counters.ts";
import { CommandStats } from "./command-stats.ts";
import { type GroupCounters, zeroCounters } from "./group-counters.ts";
import { Latency } from "./latency.ts";

/** What a thread has counted of its clients. */
export interface ClientFigures extends ClientCounters {
  connectionsReceived: number;
  connectionsRejected: number;
}

/** What a worker has counted. */
export interface WorkerFigures {
  readonly groups: Readonly<Record<string, GroupCounters>>;
  readonly clients: ClientFigures;
  readonly commands: Pick<CommandStats, "general" | "all">;
  /** The state of a `Latency`: of commands that could not be answered at once. */
  readonly waits: Float64Array;
  /** Lines of CLIENT LIST; empty unless they were asked for, as there may be thousands. */
  readonly lines: readonly string[];
}

/** Counters of clients at zero. */
export function zeroClientFigures(): ClientFigures {
  return { ...zeroClientCounters(), connectionsReceived: 0, connectionsRejected: 0 };
}

/** Sums of all counters; the lines of all one after the other. */
export function sumWorkerFigures(all: readonly WorkerFigures[]): WorkerFigures {
  const groups: Record<string, GroupCounters> = {};
  const clients = zeroClientFigures();
  const waits = new Latency();
  const commands = new CommandStats();
  for (const figures of all) {
    for (const [name, counters] of Object.entries(figures.groups)) {
      groups[name] ??= zeroCounters();
      addCounters(groups[name], counters);
    }
    addCounters(clients, figures.clients);
    commands.addAll(figures.commands);
    waits.add(new Latency(figures.waits));
  }
  return { groups, clients, waits: waits.state, commands, lines: all.flatMap(({ lines }) => lines) };
}

/** Adds every field of `counters` to `sum`. */
export function addCounters<Counters extends { [Name in keyof Counters]: number }>(
  sum: Counters,
  counters: Readonly<Counters>,
): void {
  for (const name of Object.keys(sum) as (keyof Counters)[]) {
    (sum[name] as number) += counters[name];
  }
}
