/**
 * Goal: each level shows its lines, and a log file gets them as JSON or costs lines, not the node.
 * Method: log files in a temporary directory, and one that cannot be opened.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import pino from "pino";
import { dropped } from "../../../server/machine/guarded-target.ts";
import { createLog, pinoLevel } from "../../../server/machine/log.ts";
import { until } from "../../until.ts";

test.serial("a log file that cannot be opened costs lines, not the node", async (t) => {
  const before = dropped.lines;
  const log = createLog("notice", path.join(tmpdir(), "there", "is", "no", "such.log"));
  log.info("one");
  await until("the line is dropped", () => dropped.lines > before);
  log.info("two");
  t.true(dropped.lines >= before + 2);
});

test.serial(
  "a log file gets JSON, behind what was there, and only its user and group can read it",
  async (t) => {
    const directory = mkdtempSync(path.join(tmpdir(), "carrot-log-"));
    const file = path.join(directory, "carrot.log");
    for (const round of [1, 2]) {
      createLog("notice", file).warn({ key: "a\nb" }, `round ${round}`);
      await until("the line is in the file", () => linesOf(file).length === round);
    }
    t.deepEqual(
      linesOf(file)
        .map((line) => JSON.parse(line))
        .map(({ level, key, msg }) => [level, key, msg]),
      [
        [40, "a\nb", "round 1"],
        [40, "a\nb", "round 2"],
      ],
    );
    t.is(statSync(file).mode & 0o007, 0);
    rmSync(directory, { recursive: true });
  },
);

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}

test("each of Redis' levels shows its own lines and those of worse levels", (t) => {
  const shown = (level: Parameters<typeof pinoLevel>[0]) => {
    const lines: string[] = [];
    const log = pino({ level: pinoLevel(level) }, { write: (line: string) => lines.push(line) });
    for (const each of ["trace", "debug", "info", "warn"] as const) log[each]("x");
    return lines.length;
  };
  t.deepEqual((["debug", "verbose", "notice", "warning", "nothing"] as const).map(shown), [4, 3, 2, 1, 0]);
});
