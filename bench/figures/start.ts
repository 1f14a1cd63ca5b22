/**
 * How long a node takes from the start of its process to its first answer, and the memory that it has when idle.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { startOthers } from "../beside.ts";
import { residentBytes, type ServerProcess, startCarrot, stop } from "../processes.ts";
import { type Figure, lowest, type Part, progress, type Settings } from "../report.ts";

const READY_MS = 300;
const RESIDENT_MB = 55;
/** What a start leaves behind is collected, and the memory of the process has settled. */
const IDLE_MS = 1500;
const MB = 1e6;

interface Start {
  readonly readyMs: number;
  readonly megabytes: number;
}

/** Looks at servers that have just started, and ends them. */
async function look(servers: readonly ServerProcess[], starts: Map<string, Start[]>): Promise<void> {
  await sleep(IDLE_MS);
  for (const server of servers) {
    const start = { readyMs: server.readyMs, megabytes: residentBytes(server) / MB };
    starts.set(server.name, [...(starts.get(server.name) ?? []), start]);
  }
  await Promise.all(servers.map(stop));
}

async function run({ node, rounds }: Settings): Promise<Figure[]> {
  const starts = new Map<string, Start[]>();
  // The first start reads the files from disk, and fills the compile cache where there is one.
  await stop(await startCarrot({ node }));
  for (let round = 1; round <= rounds; round++) {
    progress(`start: round ${round} of ${rounds}`);
    await look([...(await startOthers()), await startCarrot({ node })], starts);
  }
  const ours = starts.get("carrotCache")!;
  starts.delete("carrotCache");
  return [
    figure("from start to the first answer", ours, starts, { part: "readyMs", unit: "ms", atMost: READY_MS }),
    figure("memory when idle", ours, starts, { part: "megabytes", unit: "MB", atMost: RESIDENT_MB }),
  ];
}

function figure(
  name: string,
  ours: readonly Start[],
  others: ReadonlyMap<string, readonly Start[]>,
  { part, unit, atMost }: { readonly part: keyof Start; readonly unit: string; readonly atMost: number },
): Figure {
  const all = (starts: readonly Start[]) => starts.map((start) => start[part]);
  return {
    name,
    measured: lowest(all(ours), unit, 0),
    target: `at most ${atMost} ${unit}`,
    met: Math.min(...all(ours)) <= atMost,
    beside: [...others].map(([name, starts]) => `${name} ${lowest(all(starts), unit, 0)}`).join(", "),
  };
}

export const start: Part = {
  name: "start",
  needsRedis: true,
  includes: `From the start of the process to its answer to a PING, which is sent every 2 ms until one comes; and the resident memory
    (VmRSS) ${IDLE_MS / 1000} s later. The files are those of the package. A conf with one group, one thread, no peers, no HTTP. A start before the first round,
    which is not measured, finds the files on disk and fills the compile cache. The figure is the lowest of the rounds (to the
    highest).`,
  run,
};
