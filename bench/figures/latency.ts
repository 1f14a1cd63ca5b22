/**
 * How long clients wait for a reply, beside redis-server: the median, the 99th percentile and the slowest of a run.
 */
import { startAll } from "../beside.ts";
import { compare, type Measured } from "../compare.ts";
import { fillBySet, stop } from "../processes.ts";
import type { Cost } from "../redis-benchmark.ts";
import { type Figure, median, type Part, type Settings, spread } from "../report.ts";

const KEYS = 100_000;
const VALUE_BYTES = 100;
const SLOWEST_MS = 8;

interface Row {
  readonly command: "GET" | "SET";
  readonly pipeline: number;
  readonly requests: number;
  /** The target of the 99th percentile, as a multiple of redis-server's. */
  readonly atMost: number;
}

const ROWS: readonly Row[] = [
  { command: "GET", pipeline: 1, requests: 200_000, atMost: 1 },
  { command: "GET", pipeline: 16, requests: 1_000_000, atMost: 1 },
  { command: "SET", pipeline: 1, requests: 200_000, atMost: 1.2 },
];

const all = ({ costs }: Measured, part: keyof Cost) => costs.map((cost) => cost[part]);

/** `redis-server 0.20 ms, ...`: the medians of the servers beside carrotCache. */
function besides([redis, , ...others]: readonly Measured[], parts: readonly (keyof Cost)[]): string {
  return [redis!, ...others]
    .map(
      (one) => `${one.server.name} ${parts.map((part) => median(all(one, part)).toFixed(2)).join(" / ")} ms`,
    )
    .join(", ");
}

function figures(about: string, atMost: number, measured: readonly Measured[]): Figure[] {
  const [redis, carrot] = measured;
  const middle = (one: Measured, part: keyof Cost) => median(all(one, part));
  const ratio = middle(carrot!, "p99Ms") / middle(redis!, "p99Ms");
  const slowest = middle(carrot!, "slowestMs");
  return [
    {
      name: `wait for a reply, ${about}: p50 / p99`,
      measured: `${middle(carrot!, "p50Ms").toFixed(2)} / ${spread(all(carrot!, "p99Ms"))} ms = ${ratio.toFixed(2)} of redis-server`,
      target: `p99 at most ${atMost} of redis-server`,
      met: ratio <= atMost,
      beside: besides(measured, ["p50Ms", "p99Ms"]),
    },
    {
      name: `the slowest reply, ${about}`,
      measured: `${spread(all(carrot!, "slowestMs"), 1)} ms`,
      target: `at most ${SLOWEST_MS} ms`,
      met: slowest <= SLOWEST_MS,
      beside: besides(measured, ["slowestMs"]),
    },
  ];
}

async function run(settings: Settings): Promise<Figure[]> {
  const servers = await startAll({ node: settings.node, directives: ["--threads", "1"] });
  for (const server of servers) await fillBySet(server, KEYS, VALUE_BYTES);
  const rows: Figure[] = [];
  for (const { command, pipeline, requests, atMost } of ROWS) {
    const about = `${command}, pipeline ${pipeline}`;
    const load = {
      ...{ command: `${command} KEY`, keys: KEYS, pipeline, requests },
      ...(command === "SET" ? { valueBytes: VALUE_BYTES } : { counted: "keyspace_hits" as const }),
    };
    rows.push(
      ...figures(about, atMost, await compare(servers, settings, { what: `latency: ${about}`, load })),
    );
  }
  await Promise.all(servers.map(stop));
  return rows;
}

export const latency: Part = {
  name: "latency",
  needsRedis: true,
  includes: `What redis-benchmark's 50 connections wait for a reply, medians of the rounds (lowest to highest). One thread,
    values of ${VALUE_BYTES} bytes, all held. The connections send at once whenever they have their replies, so each waits for
    the 49 others, too. On a machine where client and server share few cores, the slowest shows the kernel's scheduling.`,
  run,
};
