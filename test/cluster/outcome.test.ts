/** Goal: who keeps an outcome does not see later changes of its bytes. */
import test from "ava";
import { type Outcome, ownedOutcome } from "../../cluster/outcome.ts";

test("an owned outcome has a copy of the value, and is the same otherwise", (t) => {
  const value = Buffer.from("v1");
  const owned = ownedOutcome({ kind: "value", value, ttlMs: 5 });
  value.fill("x");
  t.deepEqual(owned, { kind: "value", value: Buffer.from("v1"), ttlMs: 5 });
  const absent: Outcome = { kind: "absent", ttlMs: 5 };
  t.is(ownedOutcome(absent), absent);
});
