/**
 * CPU time of a GET hit and of a SET beside redis-server's, for values of 100 bytes to 1 MiB.
 */
import { startAll } from "../beside.ts";
import { ask, keyOf } from "../client.ts";
import { compare, cpuFigure } from "../compare.ts";
import { fillBySet, type ServerProcess, stop } from "../processes.ts";
import { type Figure, type Part, progress, type Settings } from "../report.ts";

const KIB = 1024;
/** All values of one size together have about so many bytes. */
const HELD_BYTES = 32 * KIB * KIB;
/** Far above it, so that nothing is evicted. */
const LIMIT = "512mb";
/** Values on their way at one time may have so many bytes: 50 connections times the pipeline times the size. */
const UNDER_WAY_BYTES = 100 * KIB * KIB;
const CONNECTIONS = 50;

interface Size {
  readonly name: string;
  readonly bytes: number;
  /** Requests of a round at pipeline 1 and 16. */
  readonly requests: Readonly<Record<number, number>>;
  /** Targets as multiples of redis-server's CPU time, by pipeline. */
  readonly get: Readonly<Record<number, number>>;
  readonly set: Readonly<Record<number, number>>;
}

const PIPELINES = [1, 16] as const;
const SIZES: readonly Size[] = [
  row("100 B", 100, { 1: 60_000, 16: 400_000 }, { 1: 1.15, 16: 0.75 }, { 1: 1.15, 16: 1.1 }),
  row("1 kB", 1000, { 1: 60_000, 16: 300_000 }, { 16: 0.8 }, {}),
  row("4 KiB", 4 * KIB, { 1: 60_000, 16: 200_000 }, { 1: 1.1, 16: 0.9 }, { 1: 1.15 }),
  row("16 KiB", 16 * KIB, { 1: 40_000, 16: 60_000 }, { 1: 1.1 }, {}),
  row("64 KiB", 64 * KIB, { 1: 20_000, 16: 20_000 }, { 1: 1 }, { 1: 1.2 }),
  row("1 MiB", KIB * KIB, { 1: 1500, 16: 1500 }, { 1: 0.12 }, {}),
];

function row(
  name: string,
  bytes: number,
  requests: Size["requests"],
  get: Size["get"],
  set: Size["set"],
): Size {
  return { name, bytes, requests, get, set };
}

/** Fills all servers with values of one size, and makes sure that they are there. */
async function hold(servers: readonly ServerProcess[], { name, bytes }: Size, keys: number): Promise<void> {
  progress(`values: filling ${keys} keys with ${name}`);
  for (const server of servers) {
    await ask(server.port, ["FLUSHALL"]);
    await fillBySet(server, keys, bytes);
    const { length } = await ask(server.port, ["GET", keyOf(keys - 1)]);
    if (length !== bytes) throw new Error(`${server.name} holds ${length} bytes where ${bytes} were SET`);
  }
}

async function measureSize(
  servers: readonly ServerProcess[],
  size: Size,
  settings: Settings,
): Promise<Figure[]> {
  const keys = Math.min(100_000, Math.ceil(HELD_BYTES / size.bytes));
  await hold(servers, size, keys);
  const figures: Figure[] = [];
  for (const pipeline of PIPELINES) {
    if (CONNECTIONS * pipeline * size.bytes > UNDER_WAY_BYTES) continue;
    const about = `${size.name}, pipeline ${pipeline}`;
    const load = { keys, pipeline, requests: size.requests[pipeline]! };
    const got = await compare(servers, settings, {
      what: `values: GET ${about}`,
      load: { ...load, command: "GET KEY", counted: "keyspace_hits" },
    });
    figures.push(cpuFigure(`CPU of a GET hit of ${about}`, got, { atMost: size.get[pipeline] }));
    const set = await compare(servers, settings, {
      what: `values: SET ${about}`,
      load: { ...load, command: "SET KEY", valueBytes: size.bytes },
    });
    figures.push(cpuFigure(`CPU of a SET of ${about}`, set, { atMost: size.set[pipeline] }));
  }
  return figures;
}

async function run(settings: Settings): Promise<Figure[]> {
  const directives = ["--threads", "1", "--maxmemory", LIMIT];
  const servers = await startAll({ node: settings.node, directives });
  const figures: Figure[] = [];
  for (const size of SIZES) figures.push(...(await measureSize(servers, size, settings)));
  await Promise.all(servers.map(stop));
  return figures;
}

export const values: Part = {
  name: "values",
  needsRedis: true,
  includes: `CPU time as in "get", for GETs and SETs of values of one size: ${HELD_BYTES / KIB / KIB} MiB of them, 100,000 at most, all
    held. One thread, 50 connections. 1 MiB at pipeline 16 is left out: so many values on their way at one time would take
    most of a machine's memory.`,
  run,
};
