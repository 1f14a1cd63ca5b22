/**
 * CPU time of a GET hit beside redis-server's, at three depths of pipelining.
 *
 * Rounds are interleaved (redis, carrot, redis, carrot, ...), so that a noisy machine is noisy for both.
 */
import { fill, measureGet, startCarrot, startRedis, stop } from "../processes.ts";
import { type Figure, median, type Part, progress, type Settings, spread } from "../report.ts";

const KEYS = 100_000;

interface Row {
  readonly pipeline: number;
  /** Enough for two CPU seconds and more, so that the 10 ms steps of /proc do not matter. */
  readonly requests: number;
  /** The target, as a multiple of redis-server's CPU time. */
  readonly atMost: number;
}

const ROWS: readonly Row[] = [
  { pipeline: 1, requests: 200_000, atMost: 1.25 },
  { pipeline: 16, requests: 2_000_000, atMost: 0.95 },
  { pipeline: 100, requests: 3_000_000, atMost: 0.7 },
];

async function run(settings: Settings): Promise<Figure[]> {
  const redis = await startRedis();
  const carrot = await startCarrot({ node: settings.node, directives: ["--threads", "1"] });
  progress(`get: filling ${KEYS} keys`);
  for (const server of [redis, carrot]) await fill(server, KEYS);
  const figures: Figure[] = [];
  for (const { pipeline, requests, atMost } of ROWS) {
    const load = { requests: settings.quick ? requests / 10 : requests, pipeline, keys: KEYS };
    for (const server of [redis, carrot]) await measureGet(server, { ...load, requests: requests / 4 });
    const costs = { redis: [] as number[], carrot: [] as number[] };
    for (let round = 1; round <= settings.rounds; round++) {
      progress(`get: pipeline ${pipeline}, round ${round} of ${settings.rounds}`);
      costs.redis.push(await measureGet(redis, load));
      costs.carrot.push(await measureGet(carrot, load));
    }
    figures.push(figure(pipeline, atMost, costs));
  }
  await stop(redis);
  await stop(carrot);
  return figures;
}

function figure(
  pipeline: number,
  atMost: number,
  costs: Readonly<Record<"redis" | "carrot", number[]>>,
): Figure {
  const ratios = costs.carrot.map((cost, round) => cost / costs.redis[round]!);
  return {
    name: `CPU of a GET hit, pipeline ${pipeline}`,
    measured: `${median(costs.carrot).toFixed(2)} us = ${spread(ratios)} of redis`,
    target: `at most ${atMost} of redis`,
    met: median(ratios) <= atMost,
    beside: `redis-server ${median(costs.redis).toFixed(2)} us`,
  };
}

export const get: Part = {
  name: "get",
  needsRedis: true,
  includes: `CPU time of a GET: user and system time of the server's process with all its threads, from /proc/PID/stat,
    divided by the GETs it answered; the client's CPU time is not included. One thread; 100,000 keys of 16 bytes, values of
    100, all held (INFO's hits and misses are checked), asked for at random by one redis-benchmark with 50 connections.
    The ratio is the median of the rounds' ratios (lowest to highest).`,
  run,
};
