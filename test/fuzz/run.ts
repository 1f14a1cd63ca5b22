/**
 * `npm run fuzz -- --seconds 600 --seed 1`: feeds every target for its share of the time and prints the input that
 * hurts, if there is one; `--target NAME --input BASE64` feeds that one again. Ends with 1 when something hurts.
 */
import { parseArgs } from "node:util";
import { Dice } from "./dice.ts";
import { check, fuzz, type Hurt } from "./fuzzer.ts";
import { TARGETS } from "./targets.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string" },
    target: { type: "string" },
    input: { type: "string" },
  },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);

function report(name: string, hurt: Hurt | undefined): void {
  if (hurt === undefined) return;
  process.exitCode = 1;
  console.log(`${name}: ${hurt.why}\n  --target ${name} --input ${hurt.input.toString("base64")}`);
}

process.on("unhandledRejection", (error) => {
  console.log(`nobody waited for: ${error}`);
  process.exit(1);
});
console.log(`seed ${seed}`);
for (const target of targets) {
  if (values.input !== undefined) {
    report(target.name, await check(target, Buffer.from(values.input, "base64"), new Dice(seed)));
    continue;
  }
  const { inputs, corpus, blocks, hurt } = await fuzz(target, seed, Number(values.seconds) / targets.length);
  console.log(`${target.name}: ${inputs} inputs, ${corpus} in the corpus, ${blocks} blocks and counts`);
  report(target.name, hurt);
}
