/**
 * Goal: no bytes hurt: nothing a client or a peer sends throws, hangs, or means something else when it is cut.
 * Method: the fuzzer for a few seconds a target; `npm run fuzz -- --seconds 600` for longer. SEED replays.
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
