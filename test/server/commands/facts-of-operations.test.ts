/**
 * Goal: the facts of operations do not contradict each other. Method: the facts of all of them; command-command.test.ts
 * compares them with redis-server's.
 */
import test from "ava";
import type { Facts } from "../../../server/commands/command.ts";
import { FACTS_OF_OPERATIONS } from "../../../server/commands/facts-of-operations.ts";

test("a readonly command only reads its keys, any other command changes them, and needs memory unless it deletes", (t) => {
  for (const [name, { flags, keyFlags }] of Object.entries<Facts>(FACTS_OF_OPERATIONS)) {
    t.is(keyFlags![0] === "RO", flags.includes("readonly"), name);
    t.is(flags.includes("denyoom"), flags.includes("write") && !keyFlags!.includes("delete"), name);
  }
});
