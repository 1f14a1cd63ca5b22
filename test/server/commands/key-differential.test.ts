/**
 * Goal: the commands on keys answer what redis-server answers, byte for byte, in both dialects and in any order, on a
 * node that is alone and through any member of three.
 * Method: key-pipelines.ts plays to a group with `loader none`. RUNS=n plays more.
 */
import { program, testWith } from "../../needs.ts";
import { startMembers } from "../linked-members.ts";
import { type Rig, startRig } from "../rig.ts";
import { type Asker, compareRuns } from "./key-pipelines.ts";

const compared = testWith(program("redis-server"));
const RUNS = Number(process.env.RUNS ?? 150);

function askerOf(rig: Rig): Asker {
  return async (text) => (await rig.client()).all(text);
}

const LINES = ["group default loader none", "max-key-size 1mb"];

for (const protocol of [2, 3] as const) {
  compared(
    `in RESP${protocol} random pipelines on keys are answered as redis-server answers them`,
    async (t) => {
      const clock = () => performance.now();
      const rig = await startRig(t, LINES, { loader: { load: () => null }, clock });
      await compareRuns(t, [askerOf(rig)], protocol, RUNS);
    },
  );

  compared(`in RESP${protocol} the same holds through any member of three`, async (t) => {
    const rigs = await startMembers(t, 3, LINES, { loader: { load: () => null } });
    await compareRuns(t, rigs.map(askerOf), protocol, Math.ceil(RUNS / 2));
  });
}
