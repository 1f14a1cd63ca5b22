/**
 * Goal: a connection is plain exactly while no reason holds, whatever the order in which reasons come and go.
 * Method: each reason beside each other one.
 */
import test from "ava";
import { type SpecialReason, SpecialReasons } from "../../../server/clients/special-reasons.ts";

const ALL: readonly SpecialReason[] = [
  ...(["locked", "changing", "queueing", "subscribed", "tracking", "silent", "observed"] as const),
];

test("one reason that ends leaves every other one in force", (t) => {
  for (const one of ALL) {
    for (const other of ALL.filter((reason) => reason !== one)) {
      const special = new SpecialReasons();
      t.true(special.plain);
      special.set(one, true);
      special.set(other, true);
      special.set(one, true);
      special.set(one, false);
      t.false(special.plain, `${other} holds when ${one} has ended`);
      special.set(other, false);
      t.true(special.plain);
    }
  }
});

test("changes under way are counted: the last one that ends makes the connection plain", (t) => {
  const special = new SpecialReasons();
  special.countChanges(1);
  special.countChanges(1);
  special.countChanges(-1);
  t.false(special.plain);
  special.countChanges(-1);
  t.true(special.plain);
});
