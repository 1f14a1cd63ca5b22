/**
 * Goal: only an edit that may be made twice is asked for twice. Method: a call for each kind.
 */
import test from "ava";
import { type Edit, mustBeMadeOnce } from "../../cluster/edit.ts";

const LOOK: Edit = { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: true };

test("a SET or an EXPIRE may be made twice, what depends on the old value may not", (t) => {
  t.false(mustBeMadeOnce({ ...LOOK, value: Buffer.from("v") }));
  t.false(mustBeMadeOnce({ ...LOOK, life: 5 }));
  t.true(mustBeMadeOnce({ ...LOOK, value: null, comparison: { kind: "equal", to: Buffer.from("x") } }));
  t.true(mustBeMadeOnce({ ...LOOK, operation: { kind: "append", argument: Buffer.from("x"), at: 0 } }));
});
