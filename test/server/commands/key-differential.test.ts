/**
 * Goal: the commands on keys answer what redis-server answers, byte for byte, in both dialects and in any order, on a
 * node that is alone and through any member of three.
 * Method: key-pipelines.ts plays to a group with `loader none`. Without redis-server on the PATH nothing is compared,
 * and in CI that is a failure. RUNS=n plays more.
 */
import test from "ava";
import { hasRedisServer } from "../../proto/redis-server.ts";
import { startMembers } from "../linked-members.ts";
import { type Rig, startRig } from "../rig.ts";
import { type Asker, compareRuns } from "./key-pipelines.ts";

const RUNS = Number(process.env.RUNS ?? 150);

function askerOf(rig: Rig): Asker {
  return async (text) => (await rig.client()).all(text);
}

const LINES = ["group default loader none", "max-key-size 1mb"];

for (const protocol of [2, 3] as const) {
  if (!hasRedisServer()) {
    test(`redis-server is there to compare with in RESP${protocol}`, (t) => {
      t.falsy(process.env.CI, "CI needs the package redis-server");
      t.log("NOT COMPARED: redis-server is not on the PATH");
    });
    continue;
  }
  test(`in RESP${protocol} random pipelines on keys are answered as redis-server answers them`, async (t) => {
    const clock = () => performance.now();
    const rig = await startRig(t, LINES, { loader: { load: () => null }, clock });
    await compareRuns(t, [askerOf(rig)], protocol, RUNS);
  });

  test(`in RESP${protocol} the same holds through any member of three`, async (t) => {
    const rigs = await startMembers(t, 3, LINES, { loader: { load: () => null } });
    await compareRuns(t, rigs.map(askerOf), protocol, Math.ceil(RUNS / 2));
  });
}
