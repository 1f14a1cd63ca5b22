/**
 * CPU time a GET hit costs carrotCache beside redis-server: 100-byte values, 100,000 keys, 50 connections.
 *
 *     node dist/bench/get.js [ROUNDS] [PIPELINE ...]
 *
 * Rounds are interleaved (redis, carrot, redis, carrot, ...), so that a noisy machine is noisy for both. A figure is the
 * server process' user and system time divided by the requests; the client's is not in it.
 */
import { fill, measureGet, median, startCarrot, startRedis, stopAll } from "./servers.ts";

const KEYS = 100_000;
/** Enough for two CPU seconds and more, in which the 10 ms steps of /proc do not matter. */
const REQUESTS: Record<number, number> = { 1: 200_000, 16: 2_000_000, 100: 3_000_000 };

const rounds = Number(process.argv[2] ?? 5);
const pipelines = process.argv.slice(3).map(Number);

try {
  const servers = [await startRedis(), await startCarrot(["--threads", "1"])];
  for (const server of servers) await fill(server, KEYS);
  console.log(
    "CPU microseconds a GET; ratio is carrotCache / redis-server, median (lowest to highest) of the rounds",
  );
  for (const pipeline of pipelines.length > 0 ? pipelines : [1, 16, 100]) {
    const requests = REQUESTS[pipeline] ?? 2_000_000;
    for (const server of servers) measureGet(server, { requests: requests / 4, pipeline, keys: KEYS });
    const figures: number[][] = [];
    for (let round = 0; round < rounds; round++) {
      figures.push(servers.map((server) => measureGet(server, { requests, pipeline, keys: KEYS })));
      process.stderr.write(`pipeline ${pipeline}, round ${round + 1} of ${rounds}\r`);
    }
    const ratios = figures.map(([redis, carrot]) => carrot! / redis!);
    const [redis, carrot] = [0, 1].map((i) => median(figures.map((figure) => figure[i]!)).toFixed(2));
    const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    console.log(
      `pipeline ${String(pipeline).padStart(3)}   redis-server ${redis}   carrotCache ${carrot}   ratio ${median(ratios).toFixed(2)} (${spread})`,
    );
  }
} finally {
  stopAll();
}
