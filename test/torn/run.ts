/**
 * `npm run torn -- --seconds 60 --seed 1 --threads 2 --members 2`: has clients write and read values of all sizes as fast as they can, and
 * prints each value that was not whole. Ends with 1 when there was one. CARROT_NODE_NEW is the Node that runs the node; with
 * one whose threads cannot share a port, `--threads 2` ends with 2, because a node would have one thread.
 */
import { parseArgs } from "node:util";
import { endWithoutThreads, NODE_NEW } from "../node-new.ts";
import { tear } from "./torn.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string" },
    threads: { type: "string", default: "1" },
    members: { type: "string", default: "1" },
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
const [seconds, threads, members] = [values.seconds, values.threads, values.members].map(Number);
endWithoutThreads("torn", threads!);
const options = { seconds: seconds!, seed, threads: threads!, members: members!, runtime: NODE_NEW };
const report = await tear({ teardown: (end) => void ends.push(end) }, options);
await close();
const { misses, written, pauses, problems } = report;
console.log(
  `seed ${seed}: ${report.values} values read, ${misses} misses, ${written} written, ${pauses} pauses`,
);
for (const problem of problems) console.log(`PROBLEM: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
