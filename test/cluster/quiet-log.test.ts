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
