/**
 * Goal: whatever happens to a log file, the node goes on, lost lines are counted, and the file at the path gets the rest.
 * Method: files in a temporary directory that are moved, deleted and replaced; /dev/full; a pipe that nobody reads.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { dropped } from "../../../server/machine/guarded-target.ts";
import { LogFile } from "../../../server/machine/log-file.ts";
import { until } from "../../until.ts";

function fileOf(t: ExecutionContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-log-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return path.join(directory, "carrot.log");
}

const textOf = (file: string) => readFileSync(file, "utf8");
const lost = async (run: () => unknown): Promise<number> => {
  const before = dropped.lines;
  await run();
  return dropped.lines - before;
};

test.serial("a file that cannot be opened is an error at once; so is a pipe that nobody reads", (t) => {
  t.throws(() => new LogFile(path.join(tmpdir(), "there", "is", "no", "such.log")), { code: "ENOENT" });
  t.throws(() => new LogFile(tmpdir()), { code: "EISDIR" });
  const pipe = fileOf(t);
  execFileSync("mkfifo", [pipe]);
  t.throws(() => new LogFile(pipe), { code: "ENXIO" });
});

test.serial("lines come in their order, however many wait", async (t) => {
  const file = fileOf(t);
  const log = new LogFile(file);
  const lines = Array.from({ length: 2000 }, (_, i) => `line ${i}\n`);
  for (const line of lines) log.write(line);
  await log.written();
  t.is(textOf(file), lines.join(""));
});

test.serial("a full disk costs lines, which are counted, and the next line is tried again", async (t) => {
  const file = fileOf(t);
  symlinkSync("/dev/full", file);
  const log = new LogFile(file);
  const full = async () => {
    for (const line of ["one\n", "two\n", "three\n"]) log.write(line);
    await log.written();
  };
  t.is(await lost(full), 3);
  t.is(await lost(full), 3);
  rmSync(file);
  t.true(log.reopen());
  t.is(await lost(full), 0);
  t.is(textOf(file), "one\ntwo\nthree\n");
});

test.serial("lines beyond a mebibyte that waits are lost, and memory is not", async (t) => {
  const log = new LogFile(fileOf(t));
  const line = `${"x".repeat(65_535)}\n`;
  const write = async () => {
    for (let i = 0; i < 40; i++) log.write(line);
    await log.written();
  };
  // One is being written, sixteen wait.
  t.is(await lost(write), 40 - 17);
});

test.serial("after reopen the file at the path gets the lines, the other one none", async (t) => {
  const file = fileOf(t);
  const log = new LogFile(file);
  log.write("old\n");
  await log.written();
  renameSync(file, `${file}.1`);
  log.reopen();
  log.write("new\n");
  await log.written();
  t.deepEqual([textOf(`${file}.1`), textOf(file)], ["old\n", "new\n"]);
});

test.serial("a file that is moved or deleted is noticed without being told", async (t) => {
  const file = fileOf(t);
  const log = new LogFile(file);
  for (const remove of [() => renameSync(file, `${file}.1`), () => rmSync(file)]) {
    remove();
    await until("there is a file at the path again", () => {
      log.write("line\n");
      try {
        return textOf(file).endsWith("line\n");
      } catch {
        return false;
      }
    });
  }
  t.pass();
});

test.serial(
  "lines for a file that is gone with its directory are counted, until there is one again",
  async (t) => {
    const file = fileOf(t);
    const log = new LogFile(file);
    rmSync(path.dirname(file), { recursive: true });
    t.false(log.reopen());
    t.is(await lost(() => log.write("lost\n")), 1);
    mkdirSync(path.dirname(file));
    t.true(log.reopen());
    log.write("kept\n");
    await log.written();
    t.is(textOf(file), "kept\n");
  },
);

test.serial("when a new file cannot be opened, the one that was moved away gets the lines", async (t) => {
  const file = fileOf(t);
  const log = new LogFile(file);
  renameSync(file, `${file}.1`);
  mkdirSync(file);
  t.false(log.reopen());
  t.is(await lost(() => log.write("kept\n")), 0);
  await log.written();
  t.is(textOf(`${file}.1`), "kept\n");
});
