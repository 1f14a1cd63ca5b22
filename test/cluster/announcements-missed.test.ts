/**
 * Goal: what a member misses, because its link is down or takes no more, it hears later: once, in order, before anything else.
 * Method: as in announcements.test.ts.
 */

import test from "ava";
import { setUp } from "./announced.ts";

test("what a member misses while its link is down comes first when it is back", async (t) => {
  const { announcements, ears, announce, told, tick } = setUp("b", "c");
  announce("k");
  await tick();
  told("b", 1, 1);
  announcements.closed("b");
  announce("l");
  await tick();
  announce("m");
  announcements.opened("b", 1);
  t.deepEqual(ears.b!.heard.slice(1), ["1-3: 2 l: 3 m"]);
  announce("n");
  await tick();
  t.deepEqual(ears.b!.heard.slice(2), ["3-4: 4 n"]);
  t.deepEqual(ears.c!.heard, ["0-1: 1 k", "1-2: 2 l", "2-3: 3 m", "3-4: 4 n"]);
});

test("what was sent but not confirmed when the link broke is sent again, unless the member has heard it", async (t) => {
  for (const [heard, again] of [
    [0, ["0-2: 1 k: 2 l"]],
    [1, ["1-2: 2 l"]],
    [2, []],
  ] as [number, string[]][]) {
    const { announcements, ears, announce, tick } = setUp("b");
    announce("k");
    announce("l");
    await tick();
    announcements.closed("b");
    announcements.opened("b", heard);
    t.deepEqual(ears.b!.heard.slice(1), again);
  }
});

test("one key changed 6,000 times while a member is away is one delete when it is back", async (t) => {
  const { announcements, ears, announce, tick } = setUp("b");
  announcements.closed("b");
  for (let i = 0; i < 6000; i++) {
    announce("hot");
    if (i % 1000 === 0) await tick();
  }
  await tick();
  announcements.opened("b", 0);
  t.deepEqual(ears.b!.heard, ["0-6000: 6000 hot"]);
});

test("a member that misses more than is kept, or begins before what all have heard, deletes everything", async (t) => {
  const { announcements, ears, add, told, tick } = setUp("b");
  announcements.closed("b");
  void announcements.announce({ keys: Array.from({ length: 65_537 }, (_, i) => Buffer.from(`k${i}`)) });
  await tick();
  announcements.opened("b", 0);
  t.deepEqual(ears.b!.heard, [`0-${announcements.last}: everything`]);
  told("b", announcements.last);
  add("c");
  announcements.opened("c", 0);
  t.deepEqual(ears.c!.heard, [`0-${announcements.last}: everything`]);
});

test("who deletes everything hears that all of it was before what this node changes next", async (t) => {
  const { ears, add, announce, announcements, counter, told, tick } = setUp("b");
  counter.hear(40);
  announce("k");
  await tick();
  told("b", 1, 0);
  add("c");
  announcements.opened("c", 0);
  t.is(ears.c!.counter, 41);
});

test("what one member has not heard is kept for it, however far the others are", async (t) => {
  const { announcements, ears, announce, told, tick } = setUp("b", "c");
  announcements.closed("c");
  for (const key of ["k", "l"]) {
    announce(key);
    await tick();
  }
  told("b", 2, 0, 0);
  announcements.opened("c", 0);
  t.deepEqual(ears.c!.heard, ["0-2: 1 k: 2 l"]);
});

test("what all have heard is forgotten: who has not heard it deletes everything", async (t) => {
  const { announcements, ears, add, announce, told, tick } = setUp("b");
  announce("k");
  await tick();
  told("b", 1, 0);
  add("c");
  announcements.opened("c", 0);
  t.deepEqual(ears.c!.heard, ["0-1: everything"]);
});

test("what all have heard is forgotten, also when the last that had not has left the ring", async (t) => {
  const { announcements, add, announce, told, ears, tick } = setUp("b", "c");
  announce("k");
  await tick();
  told("b", 1, 0);
  add("d");
  announcements.opened("d", 0);
  t.deepEqual(ears.d!.heard, ["0-1: 1 k"], "the third has not heard it");
  told("d", 1, 0);
  announcements.remove("c");
  add("e");
  announcements.opened("e", 0);
  t.deepEqual(ears.e!.heard, ["0-1: everything"]);
});

test("while too much waits for a member, it hears no more, and when it has confirmed, it hears the rest", async (t) => {
  const { ears, announce, told, tick } = setUp("b", "c");
  const ear = ears.b!;
  announce("k");
  await tick();
  ear.takes = 0;
  announce("l");
  await tick();
  t.is(ear.most, 16 << 20);
  ear.takes = 9;
  const last = announce("m");
  await tick();
  t.deepEqual(ear.heard, ["0-1: 1 k"], "what is on the way will be confirmed");
  told("b", 1, 0);
  t.deepEqual(ear.heard.slice(1), ["1-3: 2 l: 3 m"]);
  t.is(ears.c!.heard.length, 3);
  told("b", 3, 0, 5);
  told("c", 3, 0, 0, 1);
  await tick();
  t.is(last.answer, 6, "counts come with frames that catch up, too");
});

test("a frame that stands for replaced changes is confirmed without counts, and answers who waits", async (t) => {
  const { ears, announce, told, tick } = setUp("b");
  ears.b!.takes = 0;
  const waiting = ["k", "k", "l"].map((key) => announce(key));
  await tick();
  ears.b!.takes = 9;
  announce("x");
  await tick();
  t.deepEqual(ears.b!.heard, ["0-4: 2 k: 3 l: 4 x"]);
  told("b", 4);
  await tick();
  t.deepEqual(
    waiting.map(({ answer }) => answer),
    [0, 0, 0],
  );
});

test("a member that had taken nothing catches up when it is nudged, and a nudge of one that is not behind says nothing", async (t) => {
  const { announcements, ears, announce, tick } = setUp("b");
  ears.b!.takes = 0;
  announce("k");
  await tick();
  announcements.nudge("b");
  t.deepEqual(ears.b!.heard, []);
  ears.b!.takes = 9;
  announcements.nudge("b");
  announcements.nudge("b");
  t.deepEqual(ears.b!.heard, ["0-1: 1 k"]);
  announcements.closed("b");
  announce("l");
  await tick();
  announcements.nudge("b");
  t.is(ears.b!.heard.length, 1);
});

test("an older confirmation takes nothing back: the member still catches up", async (t) => {
  const { announcements, ears, announce, told, tick } = setUp("b");
  for (const key of ["k", "l"]) announce(key);
  await tick();
  told("b", 2, 0, 0);
  told("b", 1, 0);
  ears.b!.takes = 0;
  announce("m");
  await tick();
  ears.b!.takes = 9;
  announcements.nudge("b");
  t.deepEqual(ears.b!.heard.slice(1), ["2-3: 3 m"]);
});

test("a member that is not behind is told nothing when this tick has changed more than is kept", async (t) => {
  const { announcements, ears, tick } = setUp("b");
  void announcements.announce({ keys: Array.from({ length: 65_537 }, (_, i) => Buffer.from(`k${i}`)) });
  announcements.nudge("b");
  t.deepEqual(ears.b!.heard, []);
  await tick();
  t.true(ears.b!.heard.length > 1);
  t.false(ears.b!.heard.some((words) => words.includes("everything")));
});

test("catching up stops before what this tick has gathered: that comes once, in its own frame", async (t) => {
  const { announcements, ears, announce, tick } = setUp("b");
  ears.b!.takes = 0;
  announce("k");
  announce("l");
  await tick();
  ears.b!.takes = 9;
  announce("l");
  announcements.nudge("b");
  t.deepEqual(ears.b!.heard, ["0-2: 1 k"], "the delete of l comes with the later one");
  await tick();
  t.deepEqual(ears.b!.heard.slice(1), ["2-3: 3 l"]);
});

test("a member that stays behind holds up nobody for longer than the timeout", async (t) => {
  const { ears, announce, told, time, tick } = setUp("b", "c");
  ears.b!.takes = 0;
  const removing = announce("k");
  await tick();
  told("c", 1, 1);
  await time.advance(5000);
  t.is(removing.answer, 1);
  ears.b!.takes = 9;
  announce("l");
  await tick();
  t.deepEqual(ears.b!.heard, ["0-2: 1 k: 2 l"]);
});
