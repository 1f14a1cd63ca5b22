/**
 * CPU time of a GET hit beside redis-server's, at three depths of pipelining.
 */
import { startAll } from "../beside.ts";
import { compare, cpuFigure } from "../compare.ts";
import { fill, stop } from "../processes.ts";
import { type Figure, type Part, progress, type Settings } from "../report.ts";

const KEYS = 100_000;

interface Row {
  readonly pipeline: number;
  readonly requests: number;
  /** The target, as a multiple of redis-server's CPU time. */
  readonly atMost: number;
}

const ROWS: readonly Row[] = [
  { pipeline: 1, requests: 200_000, atMost: 1.15 },
  { pipeline: 16, requests: 2_000_000, atMost: 0.75 },
  { pipeline: 100, requests: 3_000_000, atMost: 0.55 },
];

async function run(settings: Settings): Promise<Figure[]> {
  const servers = await startAll({ node: settings.node, directives: ["--threads", "1"] });
  progress(`get: filling ${KEYS} keys`);
  for (const server of servers) await fill(server, KEYS);
  const figures: Figure[] = [];
  for (const { pipeline, requests, atMost } of ROWS) {
    const load = { command: "GET KEY", keys: KEYS, pipeline, requests, counted: "keyspace_hits" } as const;
    const measured = await compare(servers, settings, { what: `get: pipeline ${pipeline}`, load });
    figures.push(cpuFigure(`CPU of a GET hit, pipeline ${pipeline}`, measured, { atMost }));
  }
  await Promise.all(servers.map(stop));
  return figures;
}

export const get: Part = {
  name: "get",
  needsRedis: true,
  includes: `CPU time of a GET: user and system time of the server's process with all its threads, from /proc, divided by
    the GETs it answered; the client's CPU time is not included. One thread; 100,000 keys of 16 bytes, values of
    100, all held (INFO's hits are checked), asked for at random by one redis-benchmark with 50 connections. The figure is
    the lowest of the rounds (to the highest), and the ratio that of the lowest to redis-server's lowest.`,
  run,
};
