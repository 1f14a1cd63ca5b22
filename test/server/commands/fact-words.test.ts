/**
 * Goal: the flags of keys are Redis' words. Method: each constant, and one command's facts.
 */
import test from "ava";
import * as words from "../../../server/commands/fact-words.ts";

test("facts are a shape and a summary", (t) => {
  const shape = { arity: 2, flags: [], since: "1.0.0", group: "generic" } as const;
  t.deepEqual(words.facts(shape, "Something."), { ...shape, summary: "Something." });
});

test("the flags of keys begin with the access, and then name the effect on the value", (t) => {
  const { READS, LOOKS, OVERWRITES, INSERTS, CHANGES, SWAPS, TAKES, DELETES } = words;
  for (const [access, ...rest] of [READS, LOOKS, OVERWRITES, INSERTS, CHANGES, SWAPS, TAKES, DELETES]) {
    t.true(["RO", "RW", "OW", "RM"].includes(access!));
    t.deepEqual(
      rest.filter((word) => !["access", "update", "insert", "delete"].includes(word)),
      [],
    );
  }
});
