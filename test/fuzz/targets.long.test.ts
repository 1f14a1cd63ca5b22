/**
 * Goal: no bytes hurt. Nothing that a client or a peer sends makes the node throw or hang, or means something else when
 * it comes in pieces.
 * Method: the fuzzer, a few seconds for each target; `npm run fuzz -- --seconds 600` takes longer. SEED=n replays.
 */
import test from "ava";
import { fuzz } from "./fuzzer.ts";
import { TARGETS } from "./targets.ts";

const SECONDS = 3;
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

for (const target of TARGETS) {
  test.serial(`nothing hurts: ${target.name}`, async (t) => {
    const { inputs, corpus, hurt } = await fuzz(target, seed, SECONDS);
    t.log(`SEED=${seed}, ${inputs} inputs, ${corpus} in the corpus`);
    t.is(hurt && `${hurt.why}\n${hurt.input.toString("base64")}`, undefined);
    t.true(corpus > target.seeds.length, "some input got further than the seeds");
  });
}
