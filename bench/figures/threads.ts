/**
 * CPU time of a GET hit, of a SET and of a miss with two and four threads beside one thread: the price of sharing a store.
 *
 * Needs a Node that can share a port between threads; on an older one the row says so.
 */
import { startOthers } from "../beside.ts";
import { type Comparison, compare, cpuFigure, type Measured } from "../compare.ts";
import { fill, infoOf, type ServerProcess, startCarrot, stop } from "../processes.ts";
import { type Figure, type Part, progress, type Settings, versionOf } from "../report.ts";

const KEYS = 100_000;
/** redis-benchmark takes no more. Among so many, hardly any key that is held is drawn. */
const NEW_KEYS = 2e9;
const VALUE_BYTES = 100;
/** Small, so that it is full soon and each load that is measured evicts. */
const MISS_LIMIT = "16mb";
const THREADS = [1, 2, 4] as const;

interface Row {
  readonly name: string;
  readonly load: Comparison["load"];
  /** Targets as multiples of one thread's CPU time, by threads. */
  readonly atMost: Readonly<Record<number, number>>;
}

const hit = { command: "GET KEY", keys: KEYS, counted: "keyspace_hits", clientThreads: 2 } as const;
const set = { command: "SET KEY", keys: KEYS, valueBytes: VALUE_BYTES, clientThreads: 2 } as const;
const missed = { command: "GET KEY", keys: NEW_KEYS, counted: "loads", clientThreads: 2 } as const;

const ROWS: readonly Row[] = [
  { name: "a GET hit", load: { ...hit, pipeline: 1, requests: 200_000 }, atMost: { 2: 1.1 } },
  { name: "a GET hit", load: { ...hit, pipeline: 16, requests: 2_000_000 }, atMost: { 2: 1.1 } },
  { name: "a SET", load: { ...set, pipeline: 1, requests: 100_000 }, atMost: { 4: 1.3 } },
  { name: "a SET", load: { ...set, pipeline: 16, requests: 400_000 }, atMost: { 4: 1.3 } },
];
const MISS: Row = {
  name: "a miss",
  load: { ...missed, pipeline: 16, requests: 300_000 },
  atMost: { 4: 1.4 },
};

/** The first Node with `reusePort`. */
const NEEDED = { major: 22, minor: 12 };

function sharesPorts(node: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(versionOf(node) ?? "") ?? [];
  return Number(major) > NEEDED.major || (Number(major) === NEEDED.major && Number(minor) >= NEEDED.minor);
}

/** One carrotCache for each number of threads. */
async function startEach(node: string, directives: readonly string[] = []): Promise<ServerProcess[]> {
  const servers: ServerProcess[] = [];
  for (const count of THREADS) {
    const server = await startCarrot({ node, directives: ["--threads", String(count), ...directives] });
    const threads = (await infoOf(server))("threads");
    if (threads !== count) throw new Error(`asked for ${count} threads, INFO says ${threads}`);
    servers.push({ ...server, name: count === 1 ? "one thread" : `${count} threads` });
  }
  return servers;
}

async function measureRow(
  servers: readonly ServerProcess[],
  { name, load, atMost }: Row,
  settings: Settings,
): Promise<Figure[]> {
  const about = `${name}, pipeline ${load.pipeline}`;
  const measured = await compare(servers, settings, { what: `threads: ${about}`, load });
  const [one, two, four, ...others] = measured as [Measured, Measured, Measured, ...Measured[]];
  return [
    cpuFigure(`CPU of ${about}, 2 threads`, [one, two, ...others], { atMost: atMost[2] }),
    cpuFigure(`CPU of ${about}, 4 threads`, [one, four, ...others], { atMost: atMost[4] }),
  ];
}

async function run(settings: Settings): Promise<Figure[]> {
  if (!sharesPorts(settings.node)) {
    return [
      { name: "CPU with several threads", measured: "needs Node 22.12 or later (CARROT_NODE=PROGRAM)" },
    ];
  }
  const servers = [...(await startEach(settings.node)), ...(await startOthers())];
  progress(`threads: filling ${KEYS} keys`);
  for (const server of servers) await fill(server, KEYS);
  const figures: Figure[] = [];
  for (const row of ROWS) figures.push(...(await measureRow(servers, row, settings)));
  await Promise.all(servers.map(stop));
  const missing = await startEach(settings.node, ["--maxmemory", MISS_LIMIT]);
  for (const server of missing) await fill(server, KEYS);
  figures.push(...(await measureRow(missing, MISS, settings)));
  await Promise.all(missing.map(stop));
  return figures;
}

export const threads: Part = {
  name: "threads",
  needsRedis: true,
  includes: `Processes with \`threads 1\`, \`2\` and \`4\`, measured in turn as in "get"; the CPU time is that of all the
    process' threads. A miss is a GET of a key that nobody has asked for, with a loader that answers at once and a limit,
    ${MISS_LIMIT}, that is full; INFO must count as many loads as GETs. redis-benchmark runs with two threads of its own, so
    that it can keep several busy; on a machine with few cores the servers' threads and its own compete for them.`,
  run,
};
