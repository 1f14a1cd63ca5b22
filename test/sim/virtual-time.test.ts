/**
 * Goal: events happen in the order of their times, once, and the same ones for the same seed.
 * Method: events that note when they happened.
 */
import test from "ava";
import { VirtualTime } from "./virtual-time.ts";

function setUp(seed = 1) {
  const time = new VirtualTime(seed);
  const happened: string[] = [];
  const note = (name: string) => () => void happened.push(`${name} ${Math.round(time.now)}`);
  return { time, happened, note };
}

test("the earliest event happens first, and of two at one time the one that was added first", async (t) => {
  const { time, happened, note } = setUp();
  time.after(20, note("late"));
  time.after(10, note("first"));
  time.after(10, note("second"));
  time.after(0, note("at once"));
  time.soon(note("soon"));
  await time.run();
  t.deepEqual(happened, ["at once 0", "soon 0", "first 10", "second 10", "late 20"]);
});

test("what follows from an event by promises and ticks comes before the next event", async (t) => {
  const { time, happened, note } = setUp();
  time.after(1, () => {
    process.nextTick(async () => {
      for (let i = 0; i < 100; i++) await undefined;
      note("followed")();
    });
  });
  time.after(1, note("next"));
  await time.run();
  t.deepEqual(happened, ["followed 1", "next 1"]);
});

test("a timer that was cancelled does not happen, and takes no time", async (t) => {
  const { time, happened, note } = setUp();
  const timer = time.after(50, note("cancelled"));
  time.after(10, note("kept"));
  timer.cancel();
  timer.cancel();
  await time.run();
  t.deepEqual(happened, ["kept 10"]);
});

test("a beat comes again until it is cancelled, also from within", async (t) => {
  const { time, happened, note } = setUp();
  const outside = time.every(10, note("outside"));
  let beats = 0;
  const inside = time.quietlyEvery(10, () => {
    note("inside")();
    if (++beats === 2) inside.cancel();
  });
  await time.advance(35);
  outside.cancel();
  await time.run();
  t.deepEqual(happened, ["outside 10", "inside 10", "outside 20", "inside 20", "outside 30"]);
  t.is(time.now, 35);
});

test("advancing runs the events up to the given time, those at that time too", async (t) => {
  const { time, happened, note } = setUp();
  time.after(10, note("at the end"));
  time.after(11, note("behind it"));
  await time.advance(10);
  t.deepEqual(happened, ["at the end 10"]);
});

test("waiting ends as soon as the condition is true, and rejects with its name when it never is", async (t) => {
  const { time, happened, note } = setUp();
  const beat = time.every(10, note("beat"));
  await time.until("three beats", () => happened.length === 3);
  t.is(time.now, 30);
  await t.throwsAsync(
    time.until("snow", () => false),
    { message: "waited in vain for snow" },
  );
  t.true(time.now > 59_000 && time.now < 61_000);
  beat.cancel();
  await t.throwsAsync(time.outcome("an answer", new Promise(() => {})), {
    message: "waited in vain for an answer",
  });
});

test("a promise's outcome is awaited in virtual time", async (t) => {
  const { time } = setUp();
  const later = new Promise<string>((resolve) => time.after(1000, () => resolve("done")));
  t.is(await time.outcome("it", later), "done");
  t.is(time.now, 1000);
  await t.throwsAsync(time.outcome("it", Promise.reject(new Error("broken"))), { message: "broken" });
});

test("a seed gives the same delays, dice and bytes each time, and another seed others", async (t) => {
  const run = async (seed: number) => {
    const { time, happened, note } = setUp(seed);
    for (let i = 0; i < 20; i++) time.later(1000, note(`${i}`));
    void time.pass(500).then(note("passed"));
    await time.run();
    return [...happened, time.pick(1000), ...time.randomBytes(8)].join();
  };
  const [first, again, other] = [await run(7), await run(7), await run(8)];
  t.is(first, again);
  t.not(first, other);
});
