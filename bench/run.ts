/**
 * Measures the figures of the README's table of targets, and prints them as one table.
 *
 *     npm run bench                             everything, more than half an hour
 *     npm run bench -- get forward              these parts
 *     npm run bench -- --quick                  fewer requests and rounds: does it all work?
 *     npm run bench -- --long                   the random fill takes ten minutes
 *     npm run bench -- --rounds 9               rounds of each comparison (7)
 *     npm run bench -- TRACE.gz TRACE:441,2208  hit ratios on traces, at these sizes
 *     CARROT_NODE=PROGRAM npm run bench         carrotCache runs on another Node
 *     CARROT_BESIDE=NAME=PROGRAM,... npm run bench -- values
 *                                               these are measured beside, too: beside.ts says which can be
 *
 * Exit code 1 when a part could not be measured, or redis-server is missing; a figure that misses its target is no error.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { besideMistake } from "./beside.ts";
import { forward } from "./figures/forward.ts";
import { get } from "./figures/get.ts";
import { hitRatio } from "./figures/hit-ratio.ts";
import { latency } from "./figures/latency.ts";
import { limit } from "./figures/limit.ts";
import { memory } from "./figures/memory.ts";
import { miss } from "./figures/miss.ts";
import { resize } from "./figures/resize.ts";
import { stall } from "./figures/stall.ts";
import { start } from "./figures/start.ts";
import { threads } from "./figures/threads.ts";
import { values } from "./figures/values.ts";
import { writes } from "./figures/writes.ts";
import { stopAll } from "./processes.ts";
import { endProgress, type Figure, machine, type Part, type Settings, table, versionOf } from "./report.ts";

const PARTS: readonly Part[] = [
  ...[get, values, writes, latency, threads, memory, limit, stall, resize],
  ...[hitRatio, forward, miss, start],
];
const ROUNDS = { quick: 2, usual: 7 };

function fail(why: string): never {
  console.error(`bench: ${why}`);
  process.exit(1);
}

function readArgs(): { settings: Settings; parts: readonly Part[] } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: "boolean" }, long: { type: "boolean" }, rounds: { type: "string" } },
  });
  const isPart = (word: string) => PARTS.some(({ name }) => name === word);
  const traces = positionals.filter((word) => !isPart(word));
  const names = positionals.filter(isPart);
  const unknown = traces.find((word) => !existsSync(word.replace(/:[\w,]+$/, "")));
  if (unknown !== undefined) {
    fail(`${unknown} is neither a file with a trace nor one of ${PARTS.map(({ name }) => name).join(", ")}`);
  }
  const { quick = false, long = false } = values;
  const rounds = Number(values.rounds ?? (quick ? ROUNDS.quick : ROUNDS.usual));
  if (!Number.isInteger(rounds) || rounds < 1) fail("--rounds takes a number");
  const settings = { rounds, quick, long, traces, node: process.env.CARROT_NODE ?? process.execPath };
  if (versionOf(settings.node) === undefined) fail(`CARROT_NODE: ${settings.node} does not run`);
  // Traces alone mean the part that reads them.
  if (traces.length > 0 && names.length === 0) return { settings, parts: [hitRatio] };
  return { settings, parts: names.length === 0 ? PARTS : PARTS.filter(({ name }) => names.includes(name)) };
}

function checkRedis(parts: readonly Part[]): void {
  if (!parts.some(({ needsRedis }) => needsRedis)) return;
  const missing = ["redis-server", "redis-benchmark"].filter((program) => versionOf(program) === undefined);
  if (missing.length === 0) return;
  const without = PARTS.filter(({ needsRedis }) => !needsRedis).map(({ name }) => name);
  fail(
    `needs ${missing.join(" and ")}: apt-get install redis-server redis-tools\nWithout them: npm run bench -- ${without.join(" ")}`,
  );
}

/** The figures of a part; when the part failed, one line that says why. */
async function measure(part: Part, settings: Settings): Promise<Figure[]> {
  try {
    return await part.run(settings);
  } catch (error) {
    process.exitCode = 1;
    return [{ name: part.name, measured: `not measured: ${error instanceof Error ? error.message : error}` }];
  } finally {
    stopAll();
  }
}

if (process.platform !== "linux") fail("needs Linux: CPU times and memory come from /proc");
const { settings, parts } = readArgs();
checkRedis(parts);
const mistake = besideMistake();
if (mistake !== undefined) fail(mistake);
process.on("exit", stopAll);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
const about = machine(settings);
const results: { part: Part; figures: Figure[] }[] = [];
for (const part of parts) results.push({ part, figures: await measure(part, settings) });
endProgress();
console.log(`${about}\n\n${table(results)}`);
