/**
 * Goal: only the commands named here may be said before the password, and only those named here are reserved for an
 * administrator.
 * Method: the facts of all commands about clients.
 */
import test from "ava";
import type { Facts } from "../../../server/commands/command.ts";
import { FACTS_OF_CLIENTS } from "../../../server/commands/facts-of-clients.ts";

const all = Object.entries<Facts>(FACTS_OF_CLIENTS);
const named = (has: (facts: Facts) => boolean) => all.filter(([, facts]) => has(facts)).map(([name]) => name);

test("before the password a client can say RESET, QUIT, AUTH and HELLO", (t) => {
  t.deepEqual(
    named(({ flags }) => flags.includes("no_auth")),
    ["reset", "quit", "auth", "hello"],
  );
});

test("commands that act on other clients are reserved", (t) => {
  t.deepEqual(
    named(({ reserved }) => reserved === "admin"),
    ["client|kill", "client|pause", "client|unpause", "client|unblock"],
  );
});
