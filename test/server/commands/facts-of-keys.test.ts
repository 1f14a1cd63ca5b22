/**
 * Goal: the facts of commands on keys do not contradict each other. Method: all of them; redis-server's are compared in
 * command-command.test.ts.
 */
import test from "ava";
import type { Facts } from "../../../server/commands/command.ts";
import { FACTS_OF_KEYS } from "../../../server/commands/facts-of-keys.ts";

const all = Object.entries<Facts>(FACTS_OF_KEYS);

test("a command that is flagged as reading only reads its keys, any other changes them", (t) => {
  for (const [name, { flags, keyFlags }] of all)
    if (keyFlags !== undefined) t.is(keyFlags[0] === "RO", flags.includes("readonly"), name);
});

test("a command has no place of keys where it is about all keys, or none", (t) => {
  t.deepEqual(
    all.filter(([, { keys }]) => keys === undefined).map(([name]) => name),
    [
      ...["dbsize", "flushall", "flushdb", "memory", "memory|stats", "memory|doctor", "memory|purge"],
      ...["memory|malloc-stats", "object", "scan", "keys", "randomkey"],
    ],
  );
});
