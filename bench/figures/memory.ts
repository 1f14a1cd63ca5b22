/**
 * What entries cost in memory: a million of them beyond their keys and values, and a limit that is full.
 *
 * Both are the resident memory of a server's process as the operating system counts it, whatever the server says.
 */
import { ask } from "../client.ts";
import {
  fill,
  infoOf,
  residentBytes,
  type ServerProcess,
  startCarrot,
  startRedis,
  stop,
} from "../processes.ts";
import { type Figure, median, type Part, progress, type Settings, spread } from "../report.ts";

const KEY_BYTES = 16;
const VALUE_BYTES = 100;
const ENTRIES = 1_000_000;
const AT_MOST_BYTES = 48;
const MIB = 2 ** 20;
/** More than any footprint, so that this many entries for each byte of a limit fill it and more. */
const FOOTPRINT_BYTES = 120;

/** Bytes an entry by which a fresh server grows, less the key's and the value's. */
async function growth(server: ServerProcess, entries: number): Promise<number> {
  const before = residentBytes(server);
  await fill(server, entries, VALUE_BYTES);
  const grown = residentBytes(server) - before;
  const held = Number(await ask(server.port, ["DBSIZE"]));
  if (held !== entries) throw new Error(`${server.name} holds ${held} of ${entries} entries`);
  await stop(server);
  return grown / entries - KEY_BYTES - VALUE_BYTES;
}

async function perEntry({ node, rounds, quick }: Settings): Promise<Figure> {
  const directives = ["--maxmemory", "1gb"];
  const beyond = { redis: [] as number[], carrot: [] as number[] };
  for (let round = 1; round <= (quick ? 1 : rounds); round++) {
    progress(`memory: a million entries, round ${round} of ${quick ? 1 : rounds}`);
    beyond.redis.push(await growth(await startRedis(), ENTRIES));
    beyond.carrot.push(await growth(await startCarrot({ node, directives }), ENTRIES));
  }
  return {
    name: "memory an entry beyond key and value, 1 million entries",
    measured: `${spread(beyond.carrot, 1)} bytes`,
    target: `at most ${AT_MOST_BYTES} bytes`,
    met: median(beyond.carrot) <= AT_MOST_BYTES,
    beside: `redis-server ${median(beyond.redis).toFixed(1)} bytes`,
  };
}

async function full({ node, quick }: Settings): Promise<Figure> {
  const limitMib = quick ? 128 : 1024;
  progress(`memory: filling ${limitMib} MiB`);
  const server = await startCarrot({ node, directives: ["--maxmemory", `${limitMib}mb`] });
  await fill(server, Math.ceil((limitMib * MIB) / FOOTPRINT_BYTES), VALUE_BYTES);
  const info = await infoOf(server);
  const [resident, used, evicted] = [residentBytes(server), info("used_memory"), info("evicted_keys")];
  await stop(server);
  if (evicted === 0) throw new Error(`the limit is not full: ${used} bytes are used`);
  const atMostMib = 1.15 * limitMib + 100;
  return {
    name: `RSS with a limit of ${limitMib} MiB full`,
    measured: `${(resident / MIB).toFixed(0)} MiB`,
    target: `at most ${atMostMib.toFixed(0)} MiB`,
    met: resident / MIB <= atMostMib,
    beside: `used_memory ${(used / MIB).toFixed(1)} MiB`,
  };
}

export const memory: Part = {
  name: "memory",
  needsRedis: true,
  includes: `Memory an entry: VmRSS of a fresh server after a million entries, keys of 16 bytes and values of 100, less
    VmRSS before and less keys and values; so all that the process grew by is in it, on carrotCache also what the heap
    takes for reading a million loads. redis-server is filled by MSET, carrotCache by MGET of 1,000 keys.
    RSS at the limit: VmRSS of the whole process when about a fifth more entries of 100-byte values have been loaded than
    fit; target 1.15 times the limit and 100 MiB.`,
  run: async (settings) => [await perEntry(settings), await full(settings)],
};
