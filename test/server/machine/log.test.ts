/**
 * Goal: whatever is logged, a line stays one line, a terminal gets no escape sequence, and a broken or slow stream
 * costs lines, not the node. Method: pino in front of targets that keep what they get, and streams that fail on cue.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import test from "ava";
import pino from "pino";
import { createLog, dropped, guarded, humanLines, pinoLevel } from "../../../server/machine/log.ts";
import { until } from "../../until.ts";
import { turn } from "../fakes.ts";

function humanLog(): { log: pino.Logger; lines: string[] } {
  const lines: string[] = [];
  return { log: pino({ level: "trace" }, humanLines({ write: (line) => lines.push(line) })), lines };
}

/** What follows the time. */
const rest = (line: string) => line.slice(line.indexOf(" ") + 1);

test("a line has the time, Redis' mark, the message and the fields", (t) => {
  const { log, lines } = humanLog();
  log.info({ group: "scores", keys: 3, ratio: 0.5, up: true, left: ["a:1", "b:1"] }, "ready");
  t.regex(lines[0]!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \* /);
  t.is(rest(lines[0]!), '* ready group=scores keys=3 ratio=0.5 up=true left=["a:1","b:1"]\n');
});

test("each level has its mark", (t) => {
  const { log, lines } = humanLog();
  for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const) log[level]("x");
  t.deepEqual(lines.map(rest), [". x\n", "- x\n", "* x\n", "# x\n", "! x\n", "! x\n"]);
});

test("a field without a message is a line too", (t) => {
  const { log, lines } = humanLog();
  log.info({ a: 1 });
  t.is(rest(lines[0]!), "*  a=1\n");
});

test("text in a field that could be taken for something else stands in quotes", (t) => {
  const { log, lines } = humanLog();
  log.info({ empty: "", spaced: "a b", equals: "a=b", quoted: 'a"b', path: "/etc/carrot.conf:3" }, "x");
  t.is(rest(lines[0]!), '* x empty="" spaced="a b" equals="a=b" quoted="a\\"b" path=/etc/carrot.conf:3\n');
});

const hostile: Record<string, string> = {
  "a screen clear and a forged line": "\x1b[2J\nFAKE",
  "a carriage return": "a\rb",
  "a C1 control sequence introducer": "a\x9b2Jb",
  "a delete character": "a\x7fb",
  "a line separator": "a\u2028b",
  "a change of direction": "a\u202eb",
  "an invisible mark": "a\u200bb",
  "a lone surrogate": "a\ud800b",
  "a tag character beyond the first plane": "a\u{e0041}b",
  "a zero byte": "a\0b",
};
const RAW = /[\p{C}\p{Zl}\p{Zp}]/u;

for (const [what, text] of Object.entries(hostile)) {
  test(`${what} does not reach the terminal from a field, a name, an error or a message`, (t) => {
    const { log, lines } = humanLog();
    log.info(
      { key: text, [`name${text}`]: 1, nested: { key: [text] }, err: new Error(text) },
      `said ${text}`,
    );
    t.is(lines.length, 1);
    t.true(lines[0]!.endsWith("\n"));
    t.notRegex(lines[0]!.slice(0, -1), RAW);
  });
}

test("letters of any language stay readable", (t) => {
  const { log, lines } = humanLog();
  log.info({ key: "größe:日本" }, "naïve 🥕");
  t.is(rest(lines[0]!), "* naïve 🥕 key=größe:日本\n");
});

/** A stream that takes nothing until told to. */
class Stuck extends Writable {
  done: ((error?: Error) => void) | undefined;
  override _write(_chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.done = done;
  }
}

test.serial("a stream that breaks costs its lines, and they are counted", async (t) => {
  const stream = new Stuck();
  const log = pino({}, guarded(stream));
  const before = dropped.lines;
  log.info("one");
  stream.done!(new Error("ENOSPC"));
  await new Promise((resolve) => stream.once("close", resolve));
  t.is(dropped.lines - before, 1);
  log.info("two");
  log.info("three");
  t.is(dropped.lines - before, 3);
});

test.serial("a stream that does not keep up costs lines, not memory, and gets the later ones", async (t) => {
  const stream = new Stuck();
  const target = guarded(stream);
  const before = dropped.lines;
  for (let i = 0; i < 40; i++) target.write(`${"x".repeat(64 * 1024)}\n`);
  t.true(stream.writableLength <= (1 << 20) + 64 * 1024 + 1);
  t.true(dropped.lines > before);
  while (stream.writableLength > 0) {
    stream.done!();
    await turn();
  }
  const after = dropped.lines;
  target.write("later\n");
  t.is(dropped.lines, after);
  t.is(stream.writableLength, 6);
});

test.serial("a log file that cannot be opened costs lines, not the node", async (t) => {
  const before = dropped.lines;
  const log = createLog("notice", path.join(tmpdir(), "there", "is", "no", "such.log"));
  log.info("one");
  await until("the line is dropped", () => dropped.lines > before);
  log.info("two");
  t.true(dropped.lines >= before + 2);
});

test.serial("a log file gets JSON, behind what was there, and is nobody else's to read", async (t) => {
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
});

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}

test("each of Redis' levels shows itself and what is worse", (t) => {
  const shown = (level: Parameters<typeof pinoLevel>[0]) => {
    const lines: string[] = [];
    const log = pino({ level: pinoLevel(level) }, { write: (line: string) => lines.push(line) });
    for (const each of ["trace", "debug", "info", "warn"] as const) log[each]("x");
    return lines.length;
  };
  t.deepEqual((["debug", "verbose", "notice", "warning", "nothing"] as const).map(shown), [4, 3, 2, 1, 0]);
});

test.serial("a stream that broke is opened again, and gets the lines from then on", async (t) => {
  const broken = new Stuck();
  const whole = new Stuck();
  const log = pino(
    {},
    guarded(broken, () => whole),
  );
  log.info("lost");
  broken.done!(new Error("ENOSPC"));
  await new Promise((resolve) => broken.once("close", resolve));
  const before = dropped.lines;
  log.info("lost, too");
  t.is(dropped.lines, before + 1);
  await until("another file takes the lines", () => {
    log.info("kept");
    return whole.writableLength > 0;
  });
  t.true(dropped.lines > before);
});
