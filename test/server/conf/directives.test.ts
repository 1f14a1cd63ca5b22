/**
 * Goal: carrot.conf is the manual of the whole table, and says nothing but the truth about it.
 * Method: each line of carrot.conf that is a directive, commented out or not, is taken alone and read: a
 * commented one must change nothing, which is what "shows the default" means.
 */

import { readFileSync } from "node:fs";
import test from "ava";
import type { GroupConf, NodeConf } from "../../../server/conf/conf.ts";
import { Complaint } from "../../../server/conf/conf-error.ts";
import { directives, findDirective, type Row } from "../../../server/conf/directives.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

interface ManualLine {
  readonly text: string;
  readonly row: Row | undefined;
  readonly commented: boolean;
  /** The explanation around the line, on one line itself. */
  readonly block: string;
}

const blocks = readFileSync("carrot.conf", "utf8").split("\n\n");

/** A commented directive stands after a bare `#` or a `# Default:`, which tells it from a sentence. */
const manual: readonly ManualLine[] = blocks.flatMap((block) =>
  block.split("\n").flatMap((line, index, lines) => {
    const match = /^(# )?((?:group scores )?([a-z-]+) \S.*)$/.exec(line);
    const before = lines[index - 1] ?? "";
    const commented = match?.[1] !== undefined;
    if (match === null || (commented && before !== "#" && before !== "# Default:")) return [];
    const [, , text = "", name = ""] = match;
    const row = findDirective(text.startsWith("group ") ? "group" : "node", name);
    return [{ text, row, commented, block: block.replaceAll("\n# ", " ") }];
  }),
);

/** What a conf comes to, without the traces of where its lines stand. */
function meaning(conf: NodeConf): unknown {
  const groups = conf.groups.map((group: GroupConf) => ({
    ...group,
    loader: [group.loader.kind, group.loader.args],
  }));
  return { ...conf, groups, places: undefined };
}

test("carrot.conf has no directive that the table does not have", (t) => {
  t.true(manual.length >= directives.length);
  t.deepEqual(
    manual.filter(({ row }) => row === undefined).map(({ text }) => text),
    [],
  );
});

/** Its default is no list at all, which no line can show. */
const withLines = directives.filter(({ name }) => name !== "peers");

for (const row of withLines) {
  const lines = manual.filter((line) => line.row === row);

  test(`carrot.conf explains ${row.scope} directive ${row.name} with its default`, (t) => {
    const atDefault = lines.find(({ commented }) => commented) ?? lines[0];
    const other = row.name === "ttl" ? "negative-ttl 1s" : "ttl 0";
    const base = row.scope === "group" ? `group scores ${other}` : "";
    t.truthy(atDefault, "no line of its own");
    t.deepEqual(
      meaning(readConf({ text: `${base}\n${atDefault?.text}` })),
      meaning(readConf({ text: base })),
    );
  });

  test(`carrot.conf says whether ${row.scope} directive ${row.name} changes while the node runs`, (t) => {
    t.is(lines[0]?.block.includes("Can be changed while the node runs"), row.changeable);
  });
}

test("carrot.conf explains peers by an example", (t) => {
  t.true(blocks.some((block) => block.startsWith("# Every member") && /\n# {5}peers \d\S+:\d+ /.test(block)));
});

test("every default that is written down is a value of its kind", (t) => {
  const place = { where: "", directory: "", onCommandLine: false };
  for (const row of directives) {
    if (typeof row.default !== "string" || row.default === '""') continue;
    t.false(row.kind.parse([row.default], place) instanceof Complaint, row.name);
  }
});

test("names are unique within their scope, and in lower case", (t) => {
  const names = directives.map(({ scope, name }) => `${scope} ${name}`);
  t.is(new Set(names).size, names.length);
  for (const { name } of directives) t.regex(name, /^[a-z]+(-[a-z]+)*$/);
});
