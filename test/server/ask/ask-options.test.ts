/** Goal: options may stand anywhere, up to --. Method: words by example; mistakes are in run-subcommand.test.ts. */
import test from "ava";
import { readAskOptions, UsageError } from "../../../server/ask/ask-options.ts";

test("options and words may be mixed, and -- ends the options", (t) => {
  const read = (...args: string[]) => readAskOptions(args, {});
  t.like(read("a", "--port", "7001", "b", "--json"), { words: ["a", "b"], port: 7001, asJson: true });
  t.deepEqual(read("a", "--host=::1", "--", "--port", "b").words, ["a", "--port", "b"]);
  t.like(read(), {
    host: "127.0.0.1",
    port: 6390,
    socket: undefined,
    password: "",
    user: "default",
    asJson: false,
  });
  t.deepEqual(read("-", "-x").words, ["-", "-x"]);
  t.true(read("-h").wantsHelp && read("--help").wantsHelp);
});

test("an option wins over the environment", (t) => {
  const env = { CARROTCACHE_PASSWORD: "env" };
  t.is(readAskOptions([], env).password, "env");
  t.is(readAskOptions(["--password", "own"], env).password, "own");
});

test("names that every object has are no options", (t) => {
  for (const name of ["--constructor", "--tostring", "--ho"])
    t.throws(() => readAskOptions([name, "x"], {}), { instanceOf: UsageError });
});
