/**
 * `npm run soak -- --seconds 28800 --seed 1 --calm 30`: has faults in a cluster under load, some `calm` seconds apart, and
 * prints what it found. Ends with 1 when there was a problem.
 */
import { parseArgs } from "node:util";
import { soak } from "./soak.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string" },
    calm: { type: "string", default: "10" },
  },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const ends: (() => unknown)[] = [];
const close = async () => {
  for (const end of ends.reverse()) await end();
};
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void close().then(() => process.exit(1)));
}
console.log(`seed ${seed}`);
const options = { seconds: Number(values.seconds), seed, calmMs: Number(values.calm) * 1000 };
const report = await soak({ teardown: (end) => void ends.push(end) }, options);
await close();
const { answers, faults, errors, mostResidentBytes, descriptors, problems } = report;
console.log(`${answers} answers, ${faults.length} faults, ${errors} errors while something was wrong`);
console.log(`at most ${(mostResidentBytes / (1 << 20)).toFixed(0)} MiB resident`);
for (const [i, [before, after]] of descriptors.entries()) {
  console.log(`node ${i}: ${before} descriptors at first, ${after} in the end`);
}
for (const problem of problems) console.log(`PROBLEM: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
