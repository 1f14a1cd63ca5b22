/**
 * Goal: as lock.test.ts, 10,000 times.
 */
import test from "ava";
import { startMembers } from "../linked-members.ts";
import { lockByTurns } from "./locking.ts";

test("taken 10,000 times by 20 clients over three members, a lock never has two holders", async (t) => {
  t.timeout(15 * 60_000);
  const rigs = await startMembers(t, 3, ["group default loader none"], { loader: { load: () => null } });
  const { taken, twice, lost } = await lockByTurns(rigs, 20, 10_000);
  t.true(taken >= 10_000);
  t.deepEqual([twice, lost], [0, 0]);
});
