/**
 * The sections of INFO about commands: calls, errors and percentiles of time, in Redis' lines.
 *
 * Hits in place are reported as GETs that took 0 us, MGETs too: nobody counts or times them by name. A command that waits
 * for a load or another member has the time until its reply, because that is what its client sees.
 */
import { Latency } from "../counters/latency.ts";
import type { NodeReport } from "./node-report.ts";

type Lines = Record<string, string>;
type Source = Pick<NodeReport, "commandStats" | "clientFigures">;

/** Redis' `latency-tracking-info-percentiles`. */
const PERCENTILES = [
  ["p50", 0.5],
  ["p99", 0.99],
  ["p99.9", 0.999],
] as const;

/** Calls, refusals and failures of each command. */
export function commandStats(report: Source): Lines {
  return linesOf(statsOf(report), "cmdstat", ({ calls, micros, rejected, failed }) => {
    const each = calls === 0 ? 0 : micros / calls;
    const text = `calls=${calls},usec=${micros},usec_per_call=${each.toFixed(2)}`;
    return `${text},rejected_calls=${rejected},failed_calls=${failed}`;
  });
}

/** Error replies by their code. A broken protocol is answered with an ERR. */
export function errorStats({ commandStats: { errors }, clientFigures: { protocolErrors } }: Source): Lines {
  const counts = new Map(errors);
  if (protocolErrors > 0) counts.set("ERR", (counts.get("ERR") ?? 0) + protocolErrors);
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([code, count]) => [`errorstat_${code}`, `count=${count}`]));
}

export function errorCount({ commandStats: { errors }, clientFigures: { protocolErrors } }: Source): number {
  return [...errors.values()].reduce((sum, count) => sum + count, protocolErrors);
}

/** Percentiles of each command that has been performed, in microseconds; a percentile may be 25 % too high. */
export function latencyStats(report: Source): Lines {
  const performed = statsOf(report).filter(([, { calls }]) => calls > 0);
  return linesOf(performed, "latency_percentiles_usec", ({ latency }) => {
    const shown = PERCENTILES.map(
      ([name, share]) => `${name}=${(latency.percentile(share) * 1e6).toFixed(3)}`,
    );
    return shown.join(",");
  });
}

type Stat = readonly [name: string, stat: NamedStat];
type NamedStat = ReturnType<Source["commandStats"]["all"]["get"]> & object;

/** All commands, with the hits in place among the GETs. */
function statsOf({ commandStats: { all, general }, clientFigures: { commands } }: Source): Stat[] {
  const inPlace = Math.max(0, commands - general);
  if (inPlace === 0) return [...all];
  const { calls, latency, ...got } = all.get("get") ?? NEVER;
  const withHits = new Latency(latency.state.slice());
  withHits.observe(0, inPlace);
  return [...new Map(all).set("get", { ...got, calls: calls + inPlace, latency: withHits })];
}

const NEVER: NamedStat = { calls: 0, micros: 0, rejected: 0, failed: 0, latency: new Latency() };

function linesOf(stats: readonly Stat[], prefix: string, text: (stat: NamedStat) => string): Lines {
  return Object.fromEntries(stats.map(([name, stat]) => [`${prefix}_${name}`, text(stat)]));
}
