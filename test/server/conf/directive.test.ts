/**
 * Goal: a row says what can be said of a directive, and the type of its field follows from its kind.
 * Method: rows of a small table; types by lines that must not compile.
 */

import test from "ava";
import { type FieldsOf, fixed, live } from "../../../server/conf/directive.ts";
import * as kind from "../../../server/conf/kinds.ts";

const table = {
  port: fixed("port", kind.integer(0, 9), "1", "a port"),
  peers: fixed("peers", kind.members(), { follows: "alone" }, "members", "repeatable"),
  password: live("password", kind.text("TEXT"), '""', "a secret", "sensitive"),
} as const;

test("only a live directive can be changed", (t) => {
  t.like(table.port, { name: "port", changeable: false, repeatable: false, sensitive: false });
  t.like(table.peers, { changeable: false, repeatable: true, sensitive: false });
  t.like(table.password, { changeable: true, repeatable: false, sensitive: true });
});

test("a field has the type of its row's kind", (t) => {
  const fields: FieldsOf<typeof table> = { port: 1, peers: ["a:1"], password: "x" };
  // @ts-expect-error a port is a number
  const wrong: FieldsOf<typeof table> = { ...fields, port: "1" };
  // @ts-expect-error every row has its field
  const lacking: FieldsOf<typeof table> = { port: 1, peers: [] };
  t.truthy([wrong, lacking]);
});
