/**
 * Goal: a loader cannot end the process, and everybody else can. Method: an `exit` that notes its code; cli.test.ts has the
 * real one.
 */
import test from "ava";
import { runIn } from "../../../server/loaders/loader-scope.ts";
import { refuseExit } from "../../../server/loaders/refuse-exit.ts";

test("process.exit is an error in a loader's scope, with the loader's place, and ends the process elsewhere", async (t) => {
  const exits: unknown[] = [];
  const fake = { exit: ((code: unknown) => exits.push(code)) as unknown as typeof process.exit };
  refuseExit(fake);
  const { exit } = fake;
  refuseExit(fake);
  t.is(fake.exit, exit);
  fake.exit(3);
  exit();
  t.deepEqual(exits, [3, undefined]);
  const scope = { escaped: () => {} };
  const message = "a loader must not end the node: process.exit(1)";
  const error = t.throws(() => runIn(scope, () => fake.exit(1)), { message });
  t.regex(error.stack!.split("\n")[1]!, /refuse-exit\.test/);
  await t.throwsAsync(
    runIn(scope, async () => {
      await null;
      fake.exit();
    }),
    { message: "a loader must not end the node: process.exit()" },
  );
  t.is(exits.length, 2);
});
