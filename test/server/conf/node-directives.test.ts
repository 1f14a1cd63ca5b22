/**
 * Goal: carrot.conf explains every directive of the node and shows its true default.
 * Method: the line that shows a default is read alone: it must change nothing.
 */

import test from "ava";
import { directives } from "../../../server/conf/directives.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import { blocks, defaultLine } from "./manual.ts";

const { places: _, ...defaults } = readConf({ text: "" });

// The default of peers is no list at all, which no line can show.
for (const row of directives.filter(({ scope, name }) => scope === "node" && name !== "peers")) {
  test(`carrot.conf explains ${row.name} with its default`, (t) => {
    const line = defaultLine(row);
    t.truthy(line, "no line of its own");
    const { places, ...conf } = readConf({ text: `${line}` });
    t.deepEqual([...places.keys()], [row.name]);
    t.deepEqual(conf, defaults);
  });
}

test("carrot.conf explains peers by an example", (t) => {
  t.true(blocks.some((block) => block.startsWith("# Every member") && /\n# {5}peers \d\S+:\d+ /.test(block)));
});
