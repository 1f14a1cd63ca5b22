/**
 * Goal: carrot.conf is the manual of the tables: it has their directives and no others, and says which can be changed.
 * Method: each line of carrot.conf that is a directive, commented out or not, is looked up.
 */

import test from "ava";
import { Complaint } from "../../../server/conf/conf-error.ts";
import { directives, findDirective } from "../../../server/conf/directives.ts";
import { linesAbout, manual } from "./manual.ts";

test("carrot.conf has no directive that the tables do not have", (t) => {
  t.true(manual.length >= directives.length);
  t.deepEqual(
    manual.filter(({ row }) => row === undefined).map(({ text }) => text),
    [],
  );
});

// The default of peers is no list at all, which no line can show.
for (const row of directives.filter(({ name }) => name !== "peers")) {
  test(`carrot.conf says whether ${row.scope} directive ${row.name} changes while the node runs`, (t) => {
    t.is(linesAbout(row)[0]?.block.includes("Can be changed while the node runs"), row.changeable);
  });
}

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

test("a name of both scopes finds the row of the scope that is asked for", (t) => {
  t.is(findDirective("node", "maxmemory")?.default, "256mb");
  t.deepEqual(findDirective("group", "maxmemory")?.default, { follows: "equal share" });
  t.is(findDirective("node", "ttl"), undefined);
});
