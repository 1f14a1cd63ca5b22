/**
 * Memory: bytes an entry beyond its key and value, and the size of a process whose limit is full.
 *
 * Both figures come from the resident memory of the server's process: the operating system counts it, not the server.
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
/** Less than the footprint of an entry, so that the limit divided by it is more entries than fit. */
const FOOTPRINT_BYTES = 120;

interface Growth {
  readonly first: number;
  readonly second: number;
  /** As used_memory has it: on carrotCache the footprints of the entries. */
  readonly counted: number;
}

/** How much a fresh server grows with the first million entries and with the second: bytes an entry beyond key and value. */
async function growthOf(server: ServerProcess): Promise<Growth> {
  const sizes = [residentBytes(server)];
  const used = (await infoOf(server))("used_memory");
  for (const millions of [1, 2]) {
    await fill(server, ENTRIES, VALUE_BYTES, (millions - 1) * ENTRIES);
    sizes.push(residentBytes(server));
    const held = await ask(server.port, ["DBSIZE"]);
    if (held !== String(millions * ENTRIES)) throw new Error(`${server.name} holds only ${held} entries`);
  }
  const counted = (await infoOf(server))("used_memory") - used;
  await stop(server);
  const beyond = (bytes: number) => bytes / ENTRIES - KEY_BYTES - VALUE_BYTES;
  return {
    first: beyond(sizes[1]! - sizes[0]!),
    second: beyond(sizes[2]! - sizes[1]!),
    counted: beyond(counted / 2),
  };
}

async function perEntry({ node, rounds, quick }: Settings): Promise<Figure[]> {
  const directives = ["--maxmemory", "1gb"];
  const redis: Growth[] = [];
  const carrot: Growth[] = [];
  for (let round = 1; round <= (quick ? 1 : rounds); round++) {
    progress(`memory: a million entries and another, round ${round} of ${quick ? 1 : rounds}`);
    redis.push(await growthOf(await startRedis()));
    carrot.push(await growthOf(await startCarrot({ node, directives })));
  }
  const of = (growths: readonly Growth[], which: keyof Growth) => growths.map((growth) => growth[which]);
  return [
    {
      name: "memory an entry beyond key and value, 1 million entries",
      measured: `${spread(of(carrot, "first"), 1)} bytes`,
      target: `at most ${AT_MOST_BYTES} bytes`,
      met: median(of(carrot, "first")) <= AT_MOST_BYTES,
      beside: `redis-server ${median(of(redis, "first")).toFixed(1)} bytes`,
    },
    {
      name: "the same of the second million",
      measured: `${spread(of(carrot, "second"), 1)} bytes (used_memory: ${median(of(carrot, "counted")).toFixed(1)})`,
      beside: `redis-server ${median(of(redis, "second")).toFixed(1)} bytes`,
    },
  ];
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
  includes: `Memory an entry: VmRSS of a fresh server after a million entries (keys of 16 bytes, values of 100), less VmRSS
    before, less keys and values. It includes all that the process grew by; on carrotCache that is also memory which the
    heap takes once while the first million keys are loaded. The second million shows the entries alone. redis-server is
    filled by MSET, carrotCache by MGET of 1,000 keys. RSS at the limit: VmRSS of the whole process after loads of about a
    fifth more entries of 100-byte values than fit; the target is 1.15 times the limit plus 100 MiB.`,
  run: async (settings) => [...(await perEntry(settings)), await full(settings)],
};
