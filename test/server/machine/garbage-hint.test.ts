/** Goal: hints come while they are needed and some times more, and end. Method: timers that the test runs by hand. */
import test from "ava";
import { hintGarbage } from "../../../server/machine/garbage-hint.ts";

test("hints go on while they are needed, then so many times more", (t) => {
  let planned: (() => void) | undefined;
  let hints = 0;
  let needed = 5;
  const world = {
    quietlyAfter: (_ms: number, run: () => void) => {
      planned = run;
      return { cancel: () => {} };
    },
  };
  hintGarbage(world, 3, () => needed-- > 0);
  for (hints = 1; planned !== undefined && hints < 100; hints++) {
    const run = planned;
    planned = undefined;
    run();
  }
  t.is(hints, 8);
});
