/**
 * CPU time of a miss, from the command to the entry in the store and the reply, with a loader that answers at once.
 */
import { drive, getBatch, keyOf } from "../client.ts";
import { cpuMicroseconds, infoOf, startCarrot, stop } from "../processes.ts";
import { type Figure, median, type Part, progress, type Settings, spread } from "../report.ts";

const CONNECTIONS = 50;
const PIPELINE = 16;
const VALUE_BYTES = 100;
const AT_MOST_US = 15;
/** Small, so that it is full before the first round and each load that is measured evicts. */
const LIMIT = "16mb";

async function run({ node, rounds, quick }: Settings): Promise<Figure[]> {
  const server = await startCarrot({ node, directives: ["--maxmemory", LIMIT] });
  const requests = quick ? 50_000 : 300_000;
  let key = 0;
  const misses = async (count: number) => {
    let batches = count / PIPELINE;
    await drive(server.port, CONNECTIONS, () =>
      batches-- > 0
        ? getBatch(
            Array.from({ length: PIPELINE }, () => keyOf(key++)),
            VALUE_BYTES,
          )
        : undefined,
    );
  };
  progress("miss: filling the limit");
  await misses(200_000);
  const costs: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`miss: round ${round} of ${rounds}`);
    const before = await infoOf(server);
    const start = cpuMicroseconds(server);
    await misses(requests);
    const spent = cpuMicroseconds(server) - start;
    const loads = (await infoOf(server))("loads") - before("loads");
    if (loads !== requests) throw new Error(`${loads} loads for ${requests} new keys`);
    costs.push(spent / loads);
  }
  await stop(server);
  return [
    {
      name: `CPU of a miss, pipeline ${PIPELINE}`,
      measured: `${spread(costs)} us`,
      target: `at most ${AT_MOST_US} us`,
      met: median(costs) <= AT_MOST_US,
    },
  ];
}

export const miss: Part = {
  name: "miss",
  needsRedis: false,
  includes: `CPU time of the process, as in "get", for a GET of a key that nobody has asked for: command, flight, the call of
    the loader module (a function that returns 100 bytes), the entry, the eviction of another (the limit, ${LIMIT}, is
    full) and the reply. ${CONNECTIONS} connections. The part fails unless INFO counts as many loads as GETs.`,
  run,
};
