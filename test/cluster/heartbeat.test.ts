/** Goal: silence is noticed, and only silence. Method: beats by hand. */

import test from "ava";
import { Heartbeat } from "../../cluster/heartbeat.ts";

function setUp() {
  const seen = { received: 0, pings: 0, silences: 0 };
  const clock = { ms: 0 };
  const heartbeat = new Heartbeat({
    clock: () => clock.ms,
    received: () => seen.received,
    ping: () => seen.pings++,
    silent: () => seen.silences++,
  });
  heartbeat.start();
  return { heartbeat, seen, clock };
}

test("pings at once and at every beat", (t) => {
  const { heartbeat, seen } = setUp();
  t.is(seen.pings, 1);
  heartbeat.beat();
  t.is(seen.pings, 2);
  heartbeat.stop();
});

test("three beats without a byte are silence, reported once", (t) => {
  const { heartbeat, seen } = setUp();
  for (let i = 0; i < 2; i++) heartbeat.beat();
  t.is(seen.silences, 0);
  for (let i = 0; i < 3; i++) heartbeat.beat();
  t.is(seen.silences, 1);
  t.is(seen.pings, 3);
});

test("a single byte starts the count again", (t) => {
  const { heartbeat, seen } = setUp();
  for (let i = 0; i < 10; i++) {
    if (i % 2 === 0) seen.received++;
    heartbeat.beat();
  }
  t.is(seen.silences, 0);
  heartbeat.stop();
});

test("a stopped heartbeat does nothing", (t) => {
  const { heartbeat, seen } = setUp();
  heartbeat.stop();
  for (let i = 0; i < 5; i++) heartbeat.beat();
  t.deepEqual(seen, { received: 0, pings: 1, silences: 0 });
});

test("beats that come late accuse nobody, those in between do", (t) => {
  const { heartbeat, seen, clock } = setUp();
  const beatAfter = (ms: number) => {
    clock.ms += ms;
    heartbeat.beat();
  };
  for (let i = 0; i < 20; i++) beatAfter(751);
  t.is(seen.silences, 0);
  beatAfter(750);
  beatAfter(10_000);
  beatAfter(500);
  t.is(seen.silences, 0);
  beatAfter(500);
  t.is(seen.silences, 1);
});
