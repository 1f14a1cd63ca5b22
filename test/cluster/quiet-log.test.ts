/** Goal: one line a minute and kind, nothing lost silently. Method: a fake clock and a list for a log. */

import test from "ava";
import { QuietLog } from "../../cluster/quiet-log.ts";

function setUp() {
  const lines: string[] = [];
  let now = 0;
  const log = { info: (text: string) => lines.push(text), warn: (text: string) => lines.push(text) };
  const advance = (ms: number) => {
    now += ms;
  };
  return { lines, advance, quiet: new QuietLog(log, () => now) };
}

test("a thousand warnings of one kind in a minute are one line, the next tells how many were left out", (t) => {
  const { lines, advance, quiet } = setUp();
  for (let i = 0; i < 1000; i++) quiet.warn("secret", "wrong secret");
  advance(60_000);
  quiet.warn("secret", "wrong secret");
  t.deepEqual(lines, ["wrong secret", "wrong secret (999 more in between)"]);
});

test("kinds do not silence each other", (t) => {
  const { lines, quiet } = setUp();
  quiet.warn("a", "1");
  quiet.warn("b", "2");
  quiet.info("3");
  t.deepEqual(lines, ["1", "2", "3"]);
});

test("the next line of a forgotten kind is logged at once", (t) => {
  const { lines, quiet } = setUp();
  quiet.warn("a", "1");
  quiet.forget("a");
  quiet.warn("a", "2");
  t.deepEqual(lines, ["1", "2"]);
});

test("the last line that was left out is logged when its minute is over, and only then", (t) => {
  const { lines, advance, quiet } = setUp();
  quiet.warn("a", "1");
  quiet.warn("a", "2");
  quiet.warn("a", "3");
  advance(59_999);
  quiet.flush();
  t.deepEqual(lines, ["1"]);
  advance(1);
  quiet.flush();
  quiet.flush();
  t.deepEqual(lines, ["1", "3 (1 more in between)"]);
  quiet.warn("a", "4");
  quiet.flush(true);
  t.deepEqual(lines.slice(2), ["4"]);
});

test("a line that is a function is made only when it is logged", (t) => {
  const { lines, quiet } = setUp();
  let made = 0;
  const line = () => ({ text: `line ${++made}`, fields: {} });
  for (let i = 0; i < 10; i++) quiet.warn("a", line);
  t.deepEqual([lines, made], [["line 1"], 1]);
});
