/**
 * Goal: whatever goes wrong with one node, no client sees a wrong value, none sees an error when it is over, and no node
 * keeps descriptors.
 * Method: a short slice of the soak; `npm run soak` for hours. SEED replays the faults.
 */
import test from "ava";
import { MORE_DESCRIPTORS, soak } from "./soak.ts";

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
/** Of maxmemory, and what a node has besides. */
const MAX_RESIDENT_BYTES = (64 + 200) << 20;

test("faults of nodes cost no wrong value, and nothing is left of them", async (t) => {
  t.timeout(300_000);
  const report = await soak(t, { seconds: 15, seed, calmMs: 500 });
  t.log(`SEED=${seed}: ${report.answers} answers, ${report.faults.join(", ")}, ${report.errors} errors`);
  t.deepEqual(report.problems, []);
  t.true(report.answers > 0 && report.faults.length > 0);
  t.true(report.mostResidentBytes < MAX_RESIDENT_BYTES);
  for (const [before, after] of report.descriptors)
    t.true(after <= before + MORE_DESCRIPTORS, `${before}, ${after}`);
});
