/**
 * Goal: the fuzzer finds what hurts. Method: targets with a mistake in each, and a seed that leads to it. The project's
 * own targets have their tests in targets.long.test.ts.
 */
import test from "ava";
import { Dice } from "./dice.ts";
import { check, fuzz, type Target } from "./fuzzer.ts";

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

test("dice of the same seed give the same throws, and every side comes up", (t) => {
  const throws = (dice: Dice) => Array.from({ length: 600 }, () => dice.below(6));
  t.deepEqual(throws(new Dice(7)), throws(new Dice(7)));
  t.notDeepEqual(throws(new Dice(7)), throws(new Dice(8)));
  t.is(new Set(throws(new Dice(9))).size, 6);
});
