/**
 * `npm run differential -- --streams 100000 --seed 1 --threads 2`: compares carrotCache with redis-server and prints each
 * difference, made as small as it gets. Ends with 1 when there was one.
 */
import { parseArgs } from "node:util";
import { endWithoutThreads } from "../node-new.ts";
import { describe, explore } from "./explore.ts";
import { startSides } from "./sides.ts";

/** A batch ends at its first difference; the next batch goes on with other streams. */
const BATCH = 2000;

const { values } = parseArgs({
  options: {
    streams: { type: "string", default: "10000" },
    seed: { type: "string" },
    threads: { type: "string", default: "1" },
  },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const threads = Number(values.threads);
endWithoutThreads("differential", threads);
const ends: (() => unknown)[] = [];
const close = async () => {
  for (const end of ends) await end();
};
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void close().then(() => process.exit(1)));
}
const sides = await startSides({ teardown: (end) => void ends.push(end) }, threads);
const startedMs = performance.now();
const total = { streams: 0, commands: 0, listed: 0 };
for (let batch = 0; total.streams < Number(values.streams); batch++) {
  const left = Number(values.streams) - total.streams;
  const { found, ...counts } = await explore(sides, seed + batch, Math.min(BATCH, left));
  for (const name of ["streams", "commands", "listed"] as const) total[name] += counts[name];
  if (found === undefined) continue;
  process.exitCode = 1;
  console.log(`--seed ${seed + batch}: ${describe(found)}`);
}
const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
console.log(
  `seed ${seed}: ${total.streams} streams of ${total.commands} commands in ${seconds} s, ` +
    `${total.listed} differ by what is listed`,
);
await close();
