/**
 * How long the event loop stands still while a process holds and writes 10 million entries: the store beside a Map.
 *
 * The store, the Map and a loop that writes nothing run one after the other, each in its own process (stall-holder.ts).
 */
import { spawn } from "node:child_process";
import { freemem } from "node:os";
import { fileURLToPath } from "node:url";
import { type Figure, type Part, progress, type Settings } from "../report.ts";

const HOLDER = fileURLToPath(new URL("stall-holder.js", import.meta.url));
const ENTRIES = 10_000_000;
const QUICK_ENTRIES = 1_000_000;
const AT_MOST_MS = 10;
const GIB = 2 ** 30;
/** The most memory for a process that holds entries: the lower of this many GiB and this share of the free memory. */
const MAX_GIB = 24;
const MAX_SHARE = 0.6;

/** What stall-holder.ts prints. */
export interface Stalls {
  readonly entries: number;
  readonly writes: number;
  readonly longestMs: number;
  /** The longest turn less the time that its thread waited for a processor while the machine ran something else. */
  readonly longestOwnMs: number;
  readonly overTenMs: number;
  readonly residentBytes: number;
}

async function stallsOf(node: string, holder: string, entries: number): Promise<Stalls> {
  const maxBytes = Math.min(MAX_GIB * GIB, freemem() * MAX_SHARE);
  const heap = `--max-old-space-size=${Math.floor(maxBytes / 2 ** 20)}`;
  const child = spawn(node, [heap, HOLDER, holder, String(entries), String(Math.floor(maxBytes))], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  process.off("exit", kill);
  if (code !== 0) throw new Error(`the process that holds ${holder} ended with ${code}`);
  return JSON.parse(text) as Stalls;
}

function describe({ longestMs, longestOwnMs }: Stalls): string {
  return `${longestMs.toFixed(1)} ms (own ${longestOwnMs.toFixed(1)} ms)`;
}

/** What was held, and how often the target was exceeded. */
function details({ entries, residentBytes, overTenMs }: Stalls): string {
  return `${(entries / 1e6).toFixed(1)} M held, ${(residentBytes / GIB).toFixed(1)} GiB, ${overTenMs} over 10 ms`;
}

async function run({ node, quick }: Settings): Promise<Figure[]> {
  const entries = quick ? QUICK_ENTRIES : ENTRIES;
  const stalls: Stalls[] = [];
  for (const holder of ["nothing", "store", "map"]) {
    progress(`stall: ${entries} entries, held by ${holder}`);
    stalls.push(await stallsOf(node, holder, entries));
  }
  const [nothing, store, map] = stalls as [Stalls, Stalls, Stalls];
  const isQuiet = nothing.longestMs <= AT_MOST_MS;
  return [
    {
      name: `longest stall, ${entries / 1e6} million entries held and written`,
      measured: describe(store),
      target: `at most ${AT_MOST_MS} ms`,
      met: store.longestMs <= AT_MOST_MS ? true : isQuiet ? false : undefined,
      beside: details(store),
    },
    { name: "the same of a Map of Buffers", measured: describe(map), beside: details(map) },
    {
      name: "the same loop, writing nothing",
      measured: describe(nothing),
      beside: isQuiet ? "" : "no verdict: the machine itself stalls longer than the target",
    },
  ];
}

export const stall: Part = {
  name: "stall",
  needsRedis: false,
  includes: `The longest time between two turns of the event loop of a process that puts 500 entries a turn (16 + 100 bytes):
    first all of them as new ones, then half as many writes again over keys chosen at random; garbage collection
    included. No network. "own" is the longest turn less the time that its thread waited for a processor while the machine ran something
    else (/proc/PID/schedstat). The Map goes from latin1 text to a Buffer, has no limit and no eviction; it stops growing at
    ${MAX_GIB} GiB or ${100 * MAX_SHARE} % of the free memory. Where the loop that writes nothing stalls longer than the
    target too, no verdict is given.`,
  run,
};
