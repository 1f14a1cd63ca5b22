/** Goal: each subcommand says its command of Redis. Method: words by example; what is said is in run-subcommand.test.ts. */
import test from "ava";
import { readAskOptions } from "../../../server/ask/ask-options.ts";
import { SUBCOMMANDS } from "../../../server/ask/subcommands.ts";

test("each subcommand becomes one command", (t) => {
  const said = (name: string, ...args: string[]) => {
    const options = readAskOptions(args, {});
    return SUBCOMMANDS[name]!.command(options.words, options).join(" ");
  };
  t.is(said("get", "a"), "GET a");
  t.is(said("set", "a", "b"), "SET a b");
  t.is(said("set", "a", "b", "--ttl", "2s"), "SET a b PX 2000");
  t.is(said("del", "a", "b"), "DEL a b");
  t.is(said("peers"), "CARROT.PEERS");
  t.is(said("stats", "g"), "CARROT.STATS g");
  t.is(said("ping"), "PING");
});
