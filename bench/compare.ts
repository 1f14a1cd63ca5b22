/**
 * Measures several servers under one load, in turn, round by round (redis, carrot, redis, carrot, ...), so that a noisy machine
 * is noisy for all; and makes a line of the table of it.
 *
 * Invariant: a figure of CPU time is the lowest of its rounds, for each server alike. Neighbours only ever add to it.
 */
import type { ServerProcess } from "./processes.ts";
import { type Cost, type Load, measure } from "./redis-benchmark.ts";
import { type Figure, lowest, progress, type Settings } from "./report.ts";

/** What one server took, round by round. */
export interface Measured {
  readonly server: ServerProcess;
  readonly costs: readonly Cost[];
}

export interface Comparison {
  /** As the progress line has it: `values: GET 100 B, pipeline 1`. */
  readonly what: string;
  readonly load: Load;
  /** Done before each run, and not measured. */
  readonly before?: (server: ServerProcess) => Promise<void>;
}

/**
 * The warm-up has this part of the requests, in a quick run, too: less would measure the compiler. V8 goes on compiling for
 * some 150,000 commands that come alone: a GET costs 12 us at first, then 7.5, and 5.7 in the end. So many are sent at least,
 * except where fewer than FEW are measured: those values are large, and the kernel's copies count.
 */
const WARM_UP = 4;
const COMPILED = 150_000;
const FEW = 50_000;
/** A quick run has this part of the requests. */
const QUICK = 10;

/** Measures the servers in turn; the answer is in their order. */
export async function compare(
  servers: readonly ServerProcess[],
  { rounds, quick }: Settings,
  { what, load, before = async () => {} }: Comparison,
): Promise<Measured[]> {
  const requests = quick ? Math.ceil(load.requests / QUICK) : load.requests;
  const results = servers.map((server) => ({ server, costs: [] as Cost[] }));
  for (let round = 0; round <= rounds; round++) {
    progress(round === 0 ? `${what}, warming up` : `${what}, round ${round} of ${rounds}`);
    for (const { server, costs } of results) {
      await before(server);
      const part = round === 0 ? warmUpOf(load) : requests;
      const cost = await measure(server, { ...load, requests: part });
      if (round > 0) costs.push(cost);
    }
  }
  return results;
}

function warmUpOf({ requests }: Load): number {
  const part = Math.ceil(requests / WARM_UP);
  return requests < FEW ? part : Math.max(part, COMPILED);
}

/** A line about CPU time: the second server's, as a multiple of the first's. */
export function cpuFigure(
  name: string,
  [reference, ours, ...others]: readonly Measured[],
  {
    atMost,
    of = reference!.server.name,
  }: { readonly atMost?: number | undefined; readonly of?: string | undefined },
): Figure {
  const cpu = ({ costs }: Measured) => costs.map(({ cpuUs }) => cpuUs);
  const ratio = Math.min(...cpu(ours!)) / Math.min(...cpu(reference!));
  const besides = [reference!, ...others].map(
    (one, i) => `${i === 0 ? of : one.server.name} ${lowest(cpu(one), "us")}`,
  );
  return {
    name,
    measured: `${lowest(cpu(ours!), "us")} = ${ratio.toFixed(2)} of ${of}`,
    ...(atMost === undefined ? {} : { target: `at most ${atMost} of ${of}`, met: ratio <= atMost }),
    beside: besides.join(", "),
  };
}
