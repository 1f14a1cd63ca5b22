/**
 * Goal: a lock that is taken with SET NX PX and released by a script has one holder at a time, whichever members the clients
 * ask. lock.long.test.ts takes it 10,000 times.
 */
import test from "ava";
import { startMembers } from "../linked-members.ts";
import { lockByTurns } from "./locking.ts";

test("a lock of 20 clients over three members never has two holders", async (t) => {
  const rigs = await startMembers(t, 3, ["group default loader none"], { loader: { load: () => null } });
  const { taken, twice, lost } = await lockByTurns(rigs, 20, 200);
  t.true(taken >= 200);
  t.deepEqual([twice, lost], [0, 0]);
});
