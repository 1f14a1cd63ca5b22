/**
 * Goal: whatever is logged, a line stays one line, and a terminal gets no escape sequence.
 * Method: pino in front of a target that keeps what it gets.
 */
import test from "ava";
import pino from "pino";
import { humanLines } from "../../../server/machine/human-lines.ts";

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
