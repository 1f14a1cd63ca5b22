/**
 * CPU time of a GET hit with two threads beside one thread: the price of sharing a store.
 *
 * Needs a Node that can share a port between threads; on an older one the row says so.
 */
import { fill, infoOf, measureGet, startCarrot, stop } from "../processes.ts";
import { type Figure, median, type Part, progress, type Settings, spread, versionOf } from "../report.ts";

const KEYS = 100_000;
const AT_MOST = 1.1;
const TARGET = `at most ${AT_MOST} of one thread`;
const ROWS = [
  { pipeline: 1, requests: 200_000 },
  { pipeline: 16, requests: 2_000_000 },
];
/** The first Node with `reusePort`. */
const NEEDED = { major: 22, minor: 12 };

function sharesPorts(node: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(versionOf(node) ?? "") ?? [];
  return Number(major) > NEEDED.major || (Number(major) === NEEDED.major && Number(minor) >= NEEDED.minor);
}

async function run(settings: Settings): Promise<Figure[]> {
  const name = "CPU of a GET hit, 2 threads";
  if (!sharesPorts(settings.node)) {
    return [{ name, measured: "needs Node 22.12 or later (CARROT_NODE=PROGRAM)", target: TARGET }];
  }
  const one = await startCarrot({ node: settings.node, directives: ["--threads", "1"] });
  const two = await startCarrot({ node: settings.node, directives: ["--threads", "2"] });
  const threads = (await infoOf(two))("threads");
  if (threads !== 2) return [{ name, measured: `asked for 2 threads, INFO says ${threads}`, target: TARGET }];
  progress(`threads: filling ${KEYS} keys`);
  for (const server of [one, two]) await fill(server, KEYS);
  const figures: Figure[] = [];
  for (const { pipeline, requests } of ROWS) {
    const load = {
      requests: settings.quick ? requests / 10 : requests,
      pipeline,
      keys: KEYS,
      clientThreads: 2,
    };
    for (const server of [one, two]) await measureGet(server, { ...load, requests: requests / 4 });
    const costs = { one: [] as number[], two: [] as number[] };
    for (let round = 1; round <= settings.rounds; round++) {
      progress(`threads: pipeline ${pipeline}, round ${round} of ${settings.rounds}`);
      costs.one.push(await measureGet(one, load));
      costs.two.push(await measureGet(two, load));
    }
    const ratios = costs.two.map((cost, round) => cost / costs.one[round]!);
    figures.push({
      name: `${name}, pipeline ${pipeline}`,
      measured: `${median(costs.two).toFixed(2)} us = ${spread(ratios)} of one thread`,
      target: TARGET,
      met: median(ratios) <= AT_MOST,
      beside: `one thread ${median(costs.one).toFixed(2)} us`,
    });
  }
  await stop(one);
  await stop(two);
  return figures;
}

export const threads: Part = {
  name: "threads",
  needsRedis: true,
  includes: `Two processes, \`threads 1\` and \`threads 2\`, measured in turn as in "get"; the CPU time is that of all the
    process' threads. redis-benchmark runs with two threads of its own, so that it can keep both busy; on a machine with
    few cores the servers' threads and its own compete for them.`,
  run,
};
