/**
 * Goal: the time of day in microseconds is within the system's millisecond; a time of day that becomes a lifetime and is read back is the same, even while the two clocks drift apart; when
 * somebody sets the time of day, the new one holds.
 * Method: both clocks are the test's.
 */
import test from "ava";
import { microsecondClock, wallClock } from "../../../server/machine/wall-clock.ts";

test("the time of day runs with the node's own clock", (t) => {
  let monotonic = 500;
  let timeOfDay = 1_000_000;
  const wall = wallClock(
    () => monotonic,
    () => timeOfDay,
  );
  t.is(wall(), 1_000_001, "ahead, because the system tells whole milliseconds");
  monotonic += 10.25;
  timeOfDay += 11;
  t.is(wall(), 1_000_011.25);
  const lifeMs = 2_000_000 - wall();
  monotonic += 900;
  timeOfDay += 1000;
  t.is(wall() + lifeMs - 900, 2_000_000);
});

test("a lifetime that ends at a time of day is never longer than the client counts", (t) => {
  let realMs = 1_000_000.9;
  const wall = wallClock(
    () => realMs - 400_000,
    () => Math.floor(realMs),
  );
  // A client that reads its clock at once, and wants an end in ten seconds.
  const endMs = Math.floor(realMs) + 10_000;
  realMs += 0.05;
  t.true(Math.ceil(endMs - wall()) <= 10_000);
});

test("the time of day follows the system's when that is set", (t) => {
  let timeOfDay = 1_000_000;
  const wall = wallClock(
    () => 7,
    () => timeOfDay,
  );
  timeOfDay -= 3_600_000;
  t.is(wall(), 1_000_001 - 3_600_000);
  timeOfDay += 900;
  t.is(wall(), 1_000_001 - 3_600_000);
});

test("microseconds pass within the system's millisecond, and never leave it", (t) => {
  let monotonic = 500;
  let timeOfDay = 1_000_000;
  const micros = microsecondClock(
    () => monotonic,
    () => timeOfDay,
  );
  t.is(micros(), 1_000_000_000);
  monotonic += 0.25;
  t.is(micros(), 1_000_000_250);
  monotonic += 0.9;
  t.is(micros(), 1_000_000_999, "the system still says the same millisecond");
  monotonic += 0.5;
  timeOfDay += 1;
  t.is(micros(), 1_000_001_499);
  timeOfDay += 5;
  t.is(micros(), 1_000_006_000, "the system was set, or is faster");
  monotonic += 0.25;
  t.is(micros(), 1_000_006_250);
  timeOfDay -= 3_600_000;
  t.is(micros(), (1_000_006 - 3_600_000) * 1000 + 999);
});
