/**
 * Goal: counters are exact, whichever clients of whichever nodes and threads count at the same time.
 * Method: real processes and 50 clients. operations.test.ts has the same with few clients and members of one process.
 */
import test from "ava";
import { NODE_NEW, testWith } from "../needs.ts";
import { countTogether } from "./count-together.ts";
import { THREADS } from "./threads/rig.ts";

const COUNT = 100_000;
const EXACT = { sums: [COUNT, COUNT, COUNT], replies: COUNT };

test.serial("100,000 INCRs by 50 clients over 3 nodes are exactly 100,000", async (t) => {
  t.timeout(300_000);
  t.deepEqual(await countTogether(t, { threads: 1, count: COUNT }), EXACT);
});

testWith(THREADS).serial("100,000 INCRs with 4 threads are exactly 100,000", async (t) => {
  t.timeout(300_000);
  t.deepEqual(await countTogether(t, { threads: 4, runtime: NODE_NEW, count: COUNT }), EXACT);
});
