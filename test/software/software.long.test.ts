/**
 * Goal: software that people already run works with carrotCache in Redis' place, unmodified.
 * Method: each of them does what its own documentation shows, against two members; the README's table is made of the list.
 * .ci/run has installed what is tried here, and says so by CARROT_SOFTWARE; `npm run software` tries all of the list.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import test, { type Implementation } from "ava";
import { ROOT } from "../e2e/processes.ts";
import { skip } from "../needs.ts";
import { startedOnce } from "../started-once.ts";
import { missingPackage, SOFTWARE } from "./software.ts";
import { softwareRows } from "./table.ts";
import { TOOLS } from "./tools.ts";
import { startSoftwareNodes, tryProgram, tryTool } from "./try-software.ts";

const nodes = startedOnce(startSoftwareNodes);

/** One at a time, because they empty the databases that they use. */
function testWhereInstalled(title: string, run: Implementation<[]>): void {
  if (process.env.CARROT_SOFTWARE === undefined)
    test.skip(`${title} [CARROT_SOFTWARE is not set, see .ci/software]`, run);
  else test.serial(title, run);
}

for (const software of SOFTWARE.filter(({ inCi }) => inCi)) {
  testWhereInstalled(`${software.name} works`, async (t) => {
    const missing = software.missing();
    if (missing !== undefined) return skip(t, missing);
    t.is(await tryProgram(t, software, await nodes()), undefined);
  });
}

for (const tool of TOOLS.filter(({ inCi }) => inCi)) {
  testWhereInstalled(`${tool.name} works`, async (t) => {
    const missing = missingPackage(tool.debian);
    if (missing !== undefined) return skip(t, missing);
    await t.notThrowsAsync(tryTool(t, tool));
  });
}

test("the README has a row for each of them", (t) => {
  const readme = readFileSync(path.join(ROOT, "README.md"), "utf8").replaceAll(
    /^(\| [^|]+ \|) [^|]* \|/gm,
    "$1 * |",
  );
  for (const row of softwareRows(false)) t.true(readme.includes(row), row);
});
