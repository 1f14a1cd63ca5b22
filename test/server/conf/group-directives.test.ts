/**
 * Goal: carrot.conf explains every directive of a group and shows its true default.
 * Method: the line that shows a default is read beside another directive of the group: it must change nothing.
 */

import test from "ava";
import { directives } from "../../../server/conf/directives.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import { defaultLine } from "./manual.ts";

/** The groups of a conf, without the line that a loader stands on. */
function groupsOf(text: string): unknown {
  return readConf({ text }).groups.map((group) => ({
    ...group,
    loader: [group.loader.kind, group.loader.args],
  }));
}

for (const row of directives.filter(({ scope }) => scope === "group")) {
  test(`carrot.conf explains group NAME ${row.name} with its default`, (t) => {
    const line = defaultLine(row);
    t.truthy(line, "no line of its own");
    const other = `group scores ${row.name === "ttl" ? "negative-ttl 1s" : "ttl 0"}`;
    t.deepEqual(groupsOf(`${other}\n${line}`), groupsOf(other));
  });
}
