/**
 * Goal: regular work goes on whatever happens to it, until it is stopped.
 * Method: intervals of a millisecond, and work that counts its turns.
 */
import test from "ava";
import { RegularWork } from "../../../server/machine/regular-work.ts";
import { until } from "../../until.ts";
import { worldAt } from "../fakes.ts";

/** Regular work does not keep the process alive; a test has to. */
const keeper = setInterval(() => {}, 1000);
test.after.always(() => clearInterval(keeper));

function createWork() {
  const errors: unknown[] = [];
  return {
    errors,
    regular: new RegularWork({ error: ({ err }: { err: unknown }) => errors.push(err) } as never, worldAt()),
  };
}

test("work that throws or rejects is logged and done again", async (t) => {
  const { errors, regular } = createWork();
  t.teardown(() => regular.stop());
  let turns = 0;
  await new Promise<void>((resolve) => {
    regular.every(1, () => {
      if (++turns === 3) resolve();
      throw new Error("thrown");
    });
    regular.every(1, async () => {
      throw new Error("rejected");
    });
  });
  await until("the rejection is reported", () => errors.some((error) => String(error) === "Error: rejected"));
  t.true(errors.filter((error) => String(error) === "Error: thrown").length >= 2);
});

test("nothing is done after the stop", async (t) => {
  const { regular } = createWork();
  let turns = 0;
  await new Promise<void>((resolve) => regular.every(1, () => resolve(void turns++)));
  regular.stop();
  const then = turns;
  // Twenty turns of another interval of the same length.
  const other = createWork().regular;
  t.teardown(() => other.stop());
  await new Promise<void>((resolve) => {
    let others = 0;
    other.every(1, () => {
      if (++others === 20) resolve();
    });
  });
  t.is(turns, then);
});
