/**
 * Goal: the facts of scripts are those of redis-server: COMMAND INFO, and which words are keys.
 */
import test from "ava";
import { FACTS_OF_SCRIPTS } from "../../../server/commands/facts-of-scripts.ts";
import { startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const EVALS = ["eval", "evalsha", "eval_ro", "evalsha_ro"];
/** Tips and specs of keys, which a node does not give, are after the seventh element. */
const heads = (answer: string) =>
  answer.replace(/(\*\d+\r\n[\s\S]*?@scripting)[\s\S]*?(?=\*10\r\n|$)/g, "$1\r\n");

test("COMMAND INFO of EVAL and its kin is redis-server's", (t) =>
  compareWithRedis(
    t,
    2,
    EVALS.map((name) => `COMMAND INFO ${name}`),
    { normalize: heads },
  ));

test("the keys are those that the count says", (t) =>
  compareWithRedis(t, 3, [
    ...EVALS.flatMap((name) => [
      `COMMAND GETKEYS ${name} x 2 a b c`,
      `COMMAND GETKEYSANDFLAGS ${name} x 1 a b`,
    ]),
    "COMMAND GETKEYS EVAL x 3 a",
    "COMMAND GETKEYS EVAL x y a",
  ]));

test("SCRIPT has HELP, and every fact has a command", async (t) => {
  const { ask } = await startRig(t);
  const help = await ask(["SCRIPT", "HELP"]);
  for (const name of Object.keys(FACTS_OF_SCRIPTS).filter((each) => each.includes("|")))
    t.true(help.includes(name.split("|")[1]!.toUpperCase()), name);
});
