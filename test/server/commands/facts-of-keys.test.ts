/**
 * Goal: the facts of commands on keys do not contradict each other. Method: the facts of all of them;
 * command-command.test.ts compares them with redis-server's.
 */
import test from "ava";
import type { Facts } from "../../../server/commands/command.ts";
import { FACTS_OF_KEYS } from "../../../server/commands/facts-of-keys.ts";

const all = Object.entries<Facts>(FACTS_OF_KEYS);

test("a readonly command only reads its keys, any other command changes one of them", (t) => {
  for (const [name, { flags, keyFlags, secondKeyFlags = keyFlags }] of all)
    if (keyFlags !== undefined)
      t.is(
        [keyFlags, secondKeyFlags].every((each) => each![0] === "RO"),
        flags.includes("readonly"),
        name,
      );
});

test("commands about all keys, or none, have no places of keys", (t) => {
  t.deepEqual(
    all.filter(([, { keys }]) => keys === undefined).map(([name]) => name),
    [
      ...[
        "dbsize",
        "flushall",
        "flushdb",
        "swapdb",
        "memory",
        "memory|stats",
        "memory|doctor",
        "memory|purge",
      ],
      ...["memory|malloc-stats", "object", "scan", "keys", "randomkey"],
    ],
  );
});
