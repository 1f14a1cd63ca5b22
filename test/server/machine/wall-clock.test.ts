/**
 * Goal: a time of day that becomes a lifetime and is read back is the same, even while the two clocks drift apart; when
 * somebody sets the time of day, the new one holds.
 * Method: both clocks are the test's.
 */
import test from "ava";
import { wallClock } from "../../../server/machine/wall-clock.ts";

test("the time of day runs with the node's own clock", (t) => {
  let monotonic = 500;
  let timeOfDay = 1_000_000;
  const wall = wallClock(
    () => monotonic,
    () => timeOfDay,
  );
  t.is(wall(), 1_000_000);
  monotonic += 10.25;
  timeOfDay += 11;
  t.is(wall(), 1_000_010.25);
  const lifeMs = 2_000_000 - wall();
  monotonic += 900;
  timeOfDay += 1000;
  t.is(wall() + lifeMs - 900, 2_000_000);
});

test("the time of day follows the system's when that is set", (t) => {
  let timeOfDay = 1_000_000;
  const wall = wallClock(
    () => 7,
    () => timeOfDay,
  );
  timeOfDay -= 3_600_000;
  t.is(wall(), 1_000_000 - 3_600_000);
  timeOfDay += 900;
  t.is(wall(), 1_000_000 - 3_600_000);
});
