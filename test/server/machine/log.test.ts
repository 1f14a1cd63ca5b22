/**
 * Goal: each level shows its lines, and file and terminal get them as the format says.
 * Method: log files in a temporary directory.
 */
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import pino from "pino";
import { createLog, logsWritten, pinoLevel, reopenLogs } from "../../../server/machine/log.ts";

function fileOf(t: ExecutionContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-log-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return path.join(directory, "carrot.log");
}

const linesOf = (file: string) => readFileSync(file, "utf8").split("\n").slice(0, -1);

test.serial("a log file gets text or JSON, behind what was there; others cannot read it", async (t) => {
  const file = fileOf(t);
  createLog("notice", file, "json").warn({ key: "a\nb" }, "first");
  createLog("notice", file, "text").warn({ key: "a\nb" }, "second");
  await logsWritten();
  const [first, second, ...more] = linesOf(file);
  t.like(JSON.parse(first!), { level: 40, key: "a\nb", msg: "first" });
  t.regex(second!, /^\d{4}-[\d-]+T[\d:.]+Z # second key="a\\nb"$/);
  t.deepEqual(more, []);
  t.is(statSync(file).mode & 0o007, 0);
});

test.serial("reopenLogs makes a new file in place of one that has been moved away", async (t) => {
  const file = fileOf(t);
  const log = createLog("notice", file, "text");
  log.info("old");
  await logsWritten();
  renameSync(file, `${file}.1`);
  t.deepEqual(
    reopenLogs().opened.filter((each) => each === file),
    [file],
  );
  log.info("new");
  await logsWritten();
  t.is(linesOf(`${file}.1`).length, 1);
  t.regex(linesOf(file).join(), /^\S+ \* new$/);
});

test("each of Redis' levels shows its own lines and those of worse levels", (t) => {
  const shown = (level: Parameters<typeof pinoLevel>[0]) => {
    const lines: string[] = [];
    const log = pino({ level: pinoLevel(level) }, { write: (line: string) => lines.push(line) });
    for (const each of ["trace", "debug", "info", "warn"] as const) log[each]("x");
    return lines.length;
  };
  t.deepEqual((["debug", "verbose", "notice", "warning", "nothing"] as const).map(shown), [4, 3, 2, 1, 0]);
});
