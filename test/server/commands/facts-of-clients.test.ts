/**
 * Goal: what a client may say before its password, and what is reserved for an administrator, is no more than is meant.
 * Method: all facts of the commands about clients.
 */
import test from "ava";
import type { Facts } from "../../../server/commands/command.ts";
import { FACTS_OF_CLIENTS } from "../../../server/commands/facts-of-clients.ts";

const all = Object.entries<Facts>(FACTS_OF_CLIENTS);
const named = (has: (facts: Facts) => boolean) => all.filter(([, facts]) => has(facts)).map(([name]) => name);

test("before the password a client can greet, give it, begin anew and leave", (t) => {
  t.deepEqual(
    named(({ flags }) => flags.includes("no_auth")),
    ["reset", "quit", "auth", "hello"],
  );
});

test("reserved is what is done to other clients", (t) => {
  t.deepEqual(
    named(({ reserved }) => reserved === "admin"),
    ["client|kill", "client|pause", "client|unpause", "client|unblock"],
  );
});
