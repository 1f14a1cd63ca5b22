/**
 * Goal: a pause holds what it says, ends by itself or when it is told, and can only be made longer and stricter.
 * Method: pauses in a time that the test advances.
 */
import test from "ava";
import type { Command } from "../../../server/commands/command.ts";
import { Pause } from "../../../server/sessions/pause.ts";
import { FakeTime } from "../fake-time.ts";

const named = (name: string, ...flags: string[]) => [{ name, flags } as unknown as Command];
const [get, del] = [named("get", "readonly"), named("del", "write")];
const [publish, script] = [named("publish"), named("evalsha")];

function setUp() {
  const time = new FakeTime();
  let ended = 0;
  const pause = new Pause(time, () => ended++);
  return { time, pause, ended: () => ended };
}

test("without a pause nothing waits", (t) => {
  const { pause, ended } = setUp();
  t.is(pause.holds(del), undefined);
  t.is(pause.rest, undefined);
  pause.end();
  t.is(ended(), 0);
});

test("WRITE holds commands that change something or reach others, ALL holds every command", async (t) => {
  const { pause, ended } = setUp();
  pause.begin("write", 1e12);
  t.is(pause.holds(get), undefined);
  const waits = [pause.holds(del), pause.holds(publish), pause.holds(script), pause.holds([...get, ...del])];
  pause.begin("all", 1);
  waits.push(pause.holds(get));
  t.false(waits.includes(undefined));
  pause.end();
  await Promise.all(waits);
  t.is(pause.holds(del), undefined);
  t.is(ended(), 1);
});

test("a second pause can make it longer and stricter, never the opposite", (t) => {
  const { time, pause } = setUp();
  pause.begin("all", 5000);
  time.advance(1000);
  t.deepEqual(pause.rest, { mode: "all", ms: 4000 });
  pause.begin("write", 100);
  t.deepEqual(pause.rest, { mode: "all", ms: 4000 });
  pause.begin("write", 9000);
  t.deepEqual(pause.rest, { mode: "all", ms: 9000 });
  pause.end();
  pause.begin("write", 10_000);
  t.deepEqual(pause.rest, { mode: "write", ms: 10_000 });
  pause.end();
});

test("a pause of centuries has no timer that Node would cut to a millisecond", (t) => {
  const time = new FakeTime();
  const waits: number[] = [];
  const after = (ms: number, run: () => void) => {
    waits.push(ms);
    return time.after(ms, run);
  };
  const pause = new Pause({ clock: time.clock, quietlyAfter: after }, () => {});
  pause.begin("all", 1e12);
  t.deepEqual(waits, [2 ** 31 - 1]);
});

test("a pause of a hundred days ends after a hundred days", (t) => {
  const { time, pause, ended } = setUp();
  const days = 24 * 3600 * 1000;
  pause.begin("all", 100 * days);
  for (let day = 0; day < 99; day++) time.advance(days);
  t.true(pause.isOn);
  t.deepEqual(pause.rest, { mode: "all", ms: days });
  time.advance(days);
  t.false(pause.isOn);
  t.deepEqual([ended(), time.waiting], [1, 0]);
});

test("a pause ends by itself, and lets go what it holds", async (t) => {
  const { time, pause, ended } = setUp();
  pause.begin("all", 1000);
  const held = pause.holds(get);
  time.advance(999);
  t.true(pause.isOn);
  time.advance(1);
  await held;
  t.is(ended(), 1);
  t.false(pause.isOn);
  t.is(time.waiting, 0);
});

test("a longer pause takes the place of the timer before it", (t) => {
  const { time, pause } = setUp();
  pause.begin("all", 1000);
  pause.begin("all", 3000);
  t.is(time.waiting, 1);
  time.advance(1000);
  t.true(pause.isOn);
});
