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

test("work that asks for its pace has its next turn when it wants, also after a failure, until the stop", async (t) => {
  const asked: number[] = [];
  const runs: (() => void)[] = [];
  let cancelled = 0;
  const world = {
    ...worldAt(),
    quietlyAfter: (ms: number, run: () => void) => {
      asked.push(ms);
      runs.push(run);
      return { cancel: () => void cancelled++ };
    },
  };
  const errors: unknown[] = [];
  const regular = new RegularWork({ error: ({ err }: { err: unknown }) => errors.push(err) } as never, world);
  const paces = [7, 0, new Error("failed"), 3];
  regular.atItsPace(100, () => {
    const next = paces.shift();
    if (typeof next === "number") return next;
    throw next;
  });
  for (let turn = 0; turn < 4; turn++) runs[turn]!();
  t.deepEqual(asked, [100, 7, 0, 100, 3]);
  t.is(errors.length, 1);
  regular.stop();
  t.is(cancelled, 1, "the turn that was to come");
});
