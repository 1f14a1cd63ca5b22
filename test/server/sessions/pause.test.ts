/**
 * Goal: a pause holds what it says, ends by itself or when it is told, and can only be made longer and stricter.
 * Method: pauses on a clock of the test's; the timer is a real one, of no or of endless time.
 */
import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import type { Command } from "../../../server/commands/command.ts";
import { Pause } from "../../../server/sessions/pause.ts";
import { FakeClock } from "../fakes.ts";

const named = (name: string, ...flags: string[]) => [{ name, flags } as unknown as Command];
const [get, del, publish] = [named("get", "readonly"), named("del", "write"), named("publish")];

function setUp() {
  const clock = new FakeClock();
  let ended = 0;
  const pause = new Pause(clock.read, () => ended++);
  return { clock, pause, ended: () => ended };
}

test("without a pause nothing waits", (t) => {
  const { pause, ended } = setUp();
  t.is(pause.holds(del), undefined);
  t.is(pause.rest, undefined);
  pause.end();
  t.is(ended(), 0);
});

test("write holds what changes something or reaches others, all holds everything", async (t) => {
  const { pause, ended } = setUp();
  pause.begin("write", 1e12);
  t.is(pause.holds(get), undefined);
  const waits = [pause.holds(del), pause.holds(publish), pause.holds([...get, ...del])];
  pause.begin("all", 1);
  waits.push(pause.holds(get));
  t.false(waits.includes(undefined));
  pause.end();
  await Promise.all(waits);
  t.is(pause.holds(del), undefined);
  t.is(ended(), 1);
});

test("a second pause can make it longer and stricter, never the opposite", (t) => {
  const { clock, pause } = setUp();
  pause.begin("all", 5000);
  clock.advance(1000);
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

test("one of centuries does not end at once, as a timer of that length would", async (t) => {
  const { pause } = setUp();
  pause.begin("all", 1e12);
  // A timer that is longer than the one millisecond of such a timer, and begins after it.
  await sleep(5);
  t.true(pause.isOn);
  pause.end();
});

test("it ends by itself", async (t) => {
  const { pause, ended } = setUp();
  pause.begin("all", 0);
  const keepAlive = setTimeout(() => {}, 10_000);
  await pause.holds(get);
  clearTimeout(keepAlive);
  t.is(ended(), 1);
  t.false(pause.isOn);
});
