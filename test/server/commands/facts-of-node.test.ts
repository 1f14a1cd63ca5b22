/**
 * Goal: carrotCache's own commands have a group of their own, and only the commands named here are reserved for an
 * administrator.
 * Method: the facts of all commands about the node.
 */
import test from "ava";
import type { Facts } from "../../../server/commands/command.ts";
import { FACTS_OF_NODE } from "../../../server/commands/facts-of-node.ts";

const all = Object.entries<Facts>(FACTS_OF_NODE);
const named = (has: (facts: Facts) => boolean) => all.filter(([, facts]) => has(facts)).map(([name]) => name);

test("the group carrot has the commands that begin with carrot.", (t) => {
  const own = all.map(([name]) => name).filter((name) => name.startsWith("carrot."));
  t.deepEqual(
    named(({ group }) => group === "carrot"),
    own,
  );
});

test("commands that change the node for everybody, or the ring, are reserved", (t) => {
  t.deepEqual(
    named(({ reserved }) => reserved === "admin"),
    [
      "config|set",
      "config|rewrite",
      "config|resetstat",
      "monitor",
      "shutdown",
      "slowlog|reset",
      "acl|log",
      "latency|reset",
      "debug",
    ],
  );
  t.deepEqual(
    named(({ reserved }) => reserved === "ring"),
    ["carrot.peers|add", "carrot.peers|remove", "carrot.peers|set"],
  );
});
