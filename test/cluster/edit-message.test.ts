/**
 * Goal: the length of an edit counts every value in it, and a refused edit has done nothing. How close the length is to the
 * frame's, edit-bytes.test.ts shows.
 */
import test from "ava";
import type { Edit } from "../../cluster/edit.ts";
import { bytesIn, refusedEdit } from "../../cluster/edit-message.ts";

test("the bytes in an edit are those of its value, of its operation and of what it compares with", (t) => {
  const none: Edit = { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: false };
  t.is(bytesIn(none), 0);
  t.is(bytesIn({ ...none, value: null }), 0);
  t.is(bytesIn({ ...none, value: Buffer.from("abc") }), 3);
  const operation = { kind: "append", argument: Buffer.from("ab"), at: 0 } as const;
  t.is(bytesIn({ ...none, operation, comparison: { kind: "equal", to: Buffer.from("abcd") } }), 6);
});

test("a refused edit has done nothing, and says why", (t) => {
  t.like(refusedEdit("peer busy"), { held: false, changed: false, error: "peer busy" });
});
