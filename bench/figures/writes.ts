/**
 * CPU time of commands that write, and of those that ask about an entry without reading it, beside redis-server's.
 */
import { startAll } from "../beside.ts";
import { compare, cpuFigure } from "../compare.ts";
import { fillBySet, stop } from "../processes.ts";
import { type Figure, type Part, progress, type Settings } from "../report.ts";

const KEYS = 100_000;
const VALUE_BYTES = 100;

interface Row {
  readonly command: string;
  readonly hasValue?: boolean;
  /** Whether the command takes entries away, so that they are put there again before each run. */
  readonly removes?: boolean;
  readonly atMost?: Readonly<Record<number, number>>;
}

const REQUESTS = { 1: 60_000, 16: 400_000 } as const;
const PIPELINES = [1, 16] as const;
const VALUE = "x".repeat(VALUE_BYTES);
const ROWS: readonly Row[] = [
  { command: "SET KEY VALUE", atMost: { 1: 1.15, 16: 1.1 } },
  { command: "SETEX KEY 1000 VALUE" },
  { command: "SET KEY VALUE EX 1000" },
  { command: "EXPIRE KEY 1000" },
  { command: "TTL KEY" },
  { command: "EXISTS KEY" },
  { command: "DEL KEY", removes: true },
];

async function run(settings: Settings): Promise<Figure[]> {
  const servers = await startAll({ node: settings.node, directives: ["--threads", "1"] });
  progress(`writes: filling ${KEYS} keys`);
  for (const server of servers) await fillBySet(server, KEYS, VALUE_BYTES);
  const figures: Figure[] = [];
  for (const { command, removes = false, atMost } of ROWS) {
    for (const pipeline of PIPELINES) {
      const about = `${command.replace(" KEY", "").replace(" VALUE", "").replace(" 1000", "")}, pipeline ${pipeline}`;
      const load = {
        command: command.replace("VALUE", VALUE),
        keys: KEYS,
        pipeline,
        requests: removes ? KEYS / 2 : REQUESTS[pipeline],
      };
      const measured = await compare(servers, settings, {
        what: `writes: ${about}`,
        load,
        ...(removes ? { before: (server) => fillBySet(server, KEYS, VALUE_BYTES) } : {}),
      });
      figures.push(cpuFigure(`CPU of ${about}`, measured, { atMost: atMost?.[pipeline] }));
    }
  }
  await Promise.all(servers.map(stop));
  return figures;
}

export const writes: Part = {
  name: "writes",
  needsRedis: true,
  includes: `CPU time as in "get", for commands about ${KEYS} keys with values of ${VALUE_BYTES} bytes, all held. One
    thread, 50 connections. Before each run of DEL all entries are put there again; some 80 % of its keys are held.`,
  run,
};
