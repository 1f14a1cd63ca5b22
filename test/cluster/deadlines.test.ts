/** Goal: never early, never twice, nothing left running. Method: a fake clock and sweeps by hand; the timer once. */

import test from "ava";
import { Deadlines } from "../../cluster/deadlines.ts";

function setUp() {
  let now = 0;
  const due: number[] = [];
  const deadlines = new Deadlines(
    () => now,
    (id) => due.push(id),
  );
  const sweepAt = (ms: number) => {
    now = ms;
    deadlines.sweep();
    return due.splice(0);
  };
  return { deadlines, sweepAt };
}

test("an id is reported when its time has passed, not before, and once", (t) => {
  const { deadlines, sweepAt } = setUp();
  deadlines.add(1, 95);
  deadlines.add(2, 200);
  t.deepEqual(sweepAt(94), []);
  t.deepEqual(sweepAt(100), [1]);
  t.deepEqual(sweepAt(150), []);
  t.deepEqual(sweepAt(1000), [2]);
  deadlines.close();
});

test("ids added while others are reported are kept for their own time", (t) => {
  let now = 0;
  const due: number[] = [];
  const deadlines: Deadlines = new Deadlines(
    () => now,
    (id) => {
      due.push(id);
      if (id === 1) deadlines.add(3, 50);
    },
  );
  deadlines.add(1, 10);
  now = 10;
  deadlines.sweep();
  now = 60;
  deadlines.sweep();
  t.deepEqual(due, [1, 3]);
});

test("closed deadlines report nothing", (t) => {
  const { deadlines, sweepAt } = setUp();
  deadlines.add(1, 10);
  deadlines.close();
  t.deepEqual(sweepAt(100), []);
});

test("the timer reports by itself", async (t) => {
  await new Promise<void>((resolve) => {
    new Deadlines(
      () => performance.now(),
      () => resolve(),
    ).add(1, 1);
  });
  t.pass();
});
