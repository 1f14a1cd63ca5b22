/**
 * Goal: --help has every directive and fits the screen.
 * Method: the text, searched and measured.
 */

import test from "ava";
import { directives } from "../../../server/conf/directives.ts";
import { helpText } from "../../../server/conf/help.ts";

const lines = helpText("1.2.3").split("\n");

for (const { scope, name, help, default: by } of directives) {
  test(`--help explains ${scope} directive ${name} on a line of its own`, (t) => {
    const option = scope === "node" ? `--${name} ` : ` ${name} `;
    const line = lines.find((each) => each.includes(option) && each.endsWith(` ${help}`));
    t.true(line?.includes(` ${typeof by === "string" ? by : by.follows} `), line);
  });
}

test("no line is wider than 100, and the columns are straight", (t) => {
  for (const line of lines) t.true(line.length <= 100, line);
  const rows = directives.map(({ help }) => lines.find((line) => line.endsWith(` ${help}`)) ?? "");
  const starts = directives.map(({ help }, index) => (rows[index]?.length ?? 0) - help.length);
  t.is(new Set(starts).size, 1);
});

test("the text starts with the version", (t) => {
  t.regex(lines[0] ?? "", /^carrotcache 1\.2\.3: /);
});
