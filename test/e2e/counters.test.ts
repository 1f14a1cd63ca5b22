/**
 * Goal: counters are exact, whichever clients of whichever nodes and threads count at the same time.
 * Method: real processes and 50 clients; counters.long.test.ts counts to 100,000.
 */
import test from "ava";
import { NODE_NEW, testWith } from "../needs.ts";
import { countTogether } from "./count-together.ts";
import { THREADS } from "./threads/rig.ts";

test.serial("3,000 INCRs by 50 clients over 3 nodes are exactly 3,000", async (t) => {
  const counted = await countTogether(t, { threads: 1, count: 3000 });
  t.deepEqual(counted, { sums: [3000, 3000, 3000], replies: 3000 });
});

testWith(THREADS).serial("the same holds with 4 threads", async (t) => {
  const counted = await countTogether(t, { threads: 4, runtime: NODE_NEW, count: 3000 });
  t.deepEqual(counted, { sums: [3000, 3000, 3000], replies: 3000 });
});
