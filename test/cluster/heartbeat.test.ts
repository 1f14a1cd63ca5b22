/** Goal: silence is noticed, and only silence. Method: virtual time; a clock that jumps stands for a held-up process. */

import test from "ava";
import { Heartbeat } from "../../cluster/heartbeat.ts";
import { VirtualTime } from "../sim/virtual-time.ts";

const BEAT_MS = 500;

function setUp() {
  const time = new VirtualTime(1);
  const seen = { received: 0, pings: 0, silences: 0, heldUpMs: 0 };
  const heartbeat = new Heartbeat({
    world: { ...time, clock: () => time.now + seen.heldUpMs },
    received: () => seen.received,
    ping: () => seen.pings++,
    silent: () => seen.silences++,
  });
  heartbeat.start();
  return { heartbeat, seen, time, beats: (count: number) => time.advance(count * BEAT_MS) };
}

test("pings at once and at every beat", async (t) => {
  const { heartbeat, seen, beats } = setUp();
  t.is(seen.pings, 1);
  await beats(1);
  t.is(seen.pings, 2);
  heartbeat.stop();
});

test("three beats without a byte are reported as silence, once, and no beat follows", async (t) => {
  const { seen, time, beats } = setUp();
  await beats(2);
  t.is(seen.silences, 0);
  await beats(1);
  t.is(seen.silences, 1);
  await time.run();
  t.is(time.now, 3 * BEAT_MS);
  t.like(seen, { silences: 1, pings: 3 });
});

test("a single byte starts the count again", async (t) => {
  const { heartbeat, seen, beats } = setUp();
  for (let i = 0; i < 10; i++) {
    if (i % 2 === 0) seen.received++;
    await beats(1);
  }
  t.is(seen.silences, 0);
  heartbeat.stop();
});

test("a stopped heartbeat does nothing", async (t) => {
  const { heartbeat, seen, time } = setUp();
  heartbeat.stop();
  await time.run();
  t.is(time.now, 0);
  t.like(seen, { received: 0, pings: 1, silences: 0 });
});

test("beats that come late do not count as silent, those in between do", async (t) => {
  const { seen, beats } = setUp();
  const beatAfter = (ms: number) => {
    seen.heldUpMs += ms - BEAT_MS;
    return beats(1);
  };
  for (let i = 0; i < 20; i++) await beatAfter(751);
  t.is(seen.silences, 0);
  await beatAfter(750);
  await beatAfter(10_000);
  await beatAfter(500);
  t.is(seen.silences, 0);
  await beatAfter(500);
  t.is(seen.silences, 1);
});
