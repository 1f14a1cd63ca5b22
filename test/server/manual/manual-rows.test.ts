/** Goal: no row is without a sentence. Method: all rows. */
import test from "ava";
import { ACTIONS, directiveRows, optionRows, subcommandRows } from "../../../server/manual/manual-rows.ts";

test("every row has a name and a sentence, and no name comes twice", (t) => {
  for (const rows of [ACTIONS, directiveRows("node"), directiveRows("group"), optionRows, subcommandRows]) {
    for (const { name, help } of rows) t.true(name !== "" && help !== "", name);
    t.is(new Set(rows.map(({ name }) => name)).size, rows.length);
  }
});
