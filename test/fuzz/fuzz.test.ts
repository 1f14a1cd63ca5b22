/**
 * Goal: no bytes hurt: nothing a client or a peer sends throws, hangs, or means something else when it is cut.
 * Method: the fuzzer for a few seconds a target; `npm run fuzz -- --seconds 600` for longer, SEED replays. Then the
 * fuzzer itself, on targets with a mistake in each.
 */
import test from "ava";
import { Dice } from "./dice.ts";
import { check, fuzz, type Target } from "./fuzzer.ts";
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

function planted(run: (text: string, chunks: readonly Buffer[]) => string): Target {
  return {
    name: "planted",
    seeds: [Buffer.from("a")],
    tokens: [Buffer.from("BO"), Buffer.from("OM")],
    run: (chunks) => run(Buffer.concat(chunks).toString("latin1"), chunks),
  };
}

const mistakes: Readonly<Record<string, readonly [RegExp, Target]>> = {
  "what throws": [
    /^threw Error: boom/,
    planted((text) => {
      if (text.includes("BOOM")) throw new Error("boom");
      return text;
    }),
  ],
  "what takes its time": [
    /^takes \d+.* ms of CPU/,
    planted((text) => {
      const before = process.cpuUsage();
      while (text.includes("BOOM") && process.cpuUsage(before).user < 70_000);
      return text;
    }),
  ],
  "what depends on the pieces": [
    /^whole: BOOM/,
    planted((text, chunks) => (text === "BOOM" ? text + chunks.length : "")),
  ],
};

for (const [name, [why, target]] of Object.entries(mistakes)) {
  test.serial(`the fuzzer finds ${name}`, async (t) => {
    const { hurt } = await fuzz(target, 1, 20);
    t.regex(hurt?.why ?? "nothing", why);
    t.regex((await check(target, hurt!.input, new Dice(2)))?.why ?? "nothing", why);
  });
}

test("dice of the same seed fall alike, and on every side", (t) => {
  const throws = (dice: Dice) => Array.from({ length: 600 }, () => dice.below(6));
  t.deepEqual(throws(new Dice(7)), throws(new Dice(7)));
  t.notDeepEqual(throws(new Dice(7)), throws(new Dice(8)));
  t.is(new Set(throws(new Dice(9))).size, 6);
});
