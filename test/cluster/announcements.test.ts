/**
 * Goal: every member hears of every change, and who announces one is answered once. Method: Announcements in virtual time, with
 * members that confirm when the test says so.
 */

import test from "ava";
import { bytes, follow, setUp } from "./announced.ts";

test("the changes of one tick are one frame, the same bytes for all, and those of the next another", async (t) => {
  const { ears, announce, announcements, tick } = setUp("b", "c");
  announce("k", "l");
  announcements.announce({ keys: bytes("m"), isBar: true });
  announcements.announce({ keys: [], flush: { database: 3, isSlow: true } });
  t.deepEqual(ears.b!.heard, []);
  await tick();
  announce("n");
  await tick();
  t.deepEqual(ears.b!.heard, ["0-3: 1 k,l: 2 bar m: 3 flush 3", "3-4: 4 n"]);
  t.is(ears.b!.frames[0], ears.c!.frames[0]);
  t.is(announcements.last, 4);
});

test("what is announced is sent before its tick ends when a request must not overtake it", (t) => {
  const { ears, announce, announcements } = setUp("b");
  announce("k");
  announcements.flush();
  t.deepEqual(ears.b!.heard, ["0-1: 1 k"]);
  announcements.flush();
  t.is(ears.b!.heard.length, 1);
});

test("each change gets the next tick of the counter", async (t) => {
  const { announce, announcements, counter, tick, ears } = setUp("b");
  counter.hear(40);
  announce("k");
  announcements.announce({ keys: bytes("l"), flush: { database: 0, isSlow: false } });
  await tick();
  t.is(counter.value, 43);
  t.deepEqual(ears.b!.heard, ["0-3: 1 k: 2 flush 0: 3 l"]);
});

test("who announces is answered when all linked members have confirmed, with the sum of their counts", async (t) => {
  const { announce, told, tick } = setUp("b", "c");
  const first = announce("k");
  const second = announce("l", "m");
  await tick();
  told("b", 2, 1, 0);
  await tick();
  t.is(first.answer, undefined);
  told("c", 2, 0, 2);
  await tick();
  t.deepEqual([first.answer, second.answer], [1, 2]);
});

test("nobody is waited for where nobody is linked, nor for nothing", async (t) => {
  const { announce, add, announcements, tick } = setUp();
  add("b");
  const alone = announce("k");
  announcements.opened("b", 0);
  const nothing = announce();
  await tick();
  t.deepEqual([alone.answer, nothing.answer], [0, 0]);
  t.is(announcements.last, 1);
});

test("keys are copied, and a key too long to be stored anywhere is not told", async (t) => {
  const { announcements, ears, tick } = setUp("b");
  const key = Buffer.from("mine");
  void announcements.announce({ keys: [key, Buffer.alloc(65_537)] });
  key.fill("x");
  const long = follow(announcements.announce({ keys: [Buffer.alloc(65_537)] }));
  await tick();
  t.deepEqual(ears.b!.heard, ["0-1: 1 mine"]);
  t.is(long.answer, 0);
});

test("very many keys are several changes, and their counts come together, in whatever pieces they are confirmed", async (t) => {
  const { announcements, ears, told, tick } = setUp("b");
  const keys = Array.from({ length: 100 }, (_, i) => Buffer.alloc(8192, `${i}.`));
  const before = follow(announcements.announce({ keys: bytes("before") }));
  const removing = follow(announcements.announce({ keys }));
  const behind = follow(announcements.announce({ keys: bytes("behind") }));
  await tick();
  t.deepEqual(
    ears.b!.heard.map((words) => words.split(":")[0]),
    ["0-1", "1-2", "2-3", "3-4", "4-6"],
  );
  told("b", 3, 1, 32, 30);
  told("b", 5, 20, 4);
  await tick();
  t.deepEqual([before.answer, removing.answer, behind.answer], [1, 86, undefined]);
  told("b", 6, 7);
  await tick();
  t.is(behind.answer, 7);
});

test("more than 4 MiB of changes leave before the tick ends", (t) => {
  const { announcements, ears } = setUp("b");
  const keys = (count: number) => Array.from({ length: count }, (_, i) => Buffer.alloc(65_000, `${i}.`));
  void announcements.announce({ keys: keys(60) });
  t.is(ears.b!.heard.length, 0);
  void announcements.announce({ keys: keys(10) });
  const { length } = ears.b!.heard;
  t.true(length > 10);
  void announcements.announce({ keys: bytes("k") });
  t.is(ears.b!.heard.length, length, "what comes behind them waits for the end of the tick again");
});

test("a link that breaks ends the waiting for its member, and what the others count is answered", async (t) => {
  const { announcements, announce, told, tick } = setUp("b", "c");
  const removing = announce("k");
  await tick();
  announcements.closed("b");
  await tick();
  t.is(removing.answer, undefined);
  told("c", 1, 1);
  await tick();
  t.is(removing.answer, 1);
});

test("a member that leaves the ring is waited for no longer, and hears nothing more", async (t) => {
  const { announcements, announce, ears, tick } = setUp("b");
  const removing = announce("k");
  announcements.remove("b");
  await tick();
  t.is(removing.answer, 0);
  announce("l");
  await tick();
  announcements.opened("b", 0);
  announcements.told("b", { through: 1 });
  announcements.nudge("b");
  t.deepEqual(ears.b!.heard, []);
});

test("a member that does not confirm in time is not waited for, and its late counts go to nobody", async (t) => {
  const { announce, told, time, tick } = setUp("b", "c");
  const first = announce("k");
  await time.advance(3000);
  const second = announce("l");
  told("b", 1, 1);
  await time.advance(1999);
  t.is(first.answer, undefined);
  await time.advance(1);
  t.deepEqual([first.answer, second.answer], [1, undefined]);
  told("b", 2, 1);
  told("c", 1, 7);
  await time.advance(2999);
  t.is(second.answer, undefined);
  await time.advance(1);
  t.is(second.answer, 1);
  const third = announce("m");
  await tick();
  for (const id of ["b", "c"]) told(id, 3, 2);
  await tick();
  t.is(third.answer, 4);
  await time.advance(10_000);
  const fourth = announce("n");
  await time.run();
  t.is(fourth.answer, 0);
  t.true(time.now < 30_000, "no timer is left");
});

test("a slow flush may take a minute longer, what comes behind it may not", async (t) => {
  const { announcements, announce, time } = setUp("b");
  const flushing = follow(announcements.announce({ keys: [], flush: { database: 0, isSlow: true } }));
  const removing = announce("k");
  await time.advance(5000);
  t.deepEqual([flushing.answer, removing.answer], [undefined, 0]);
  await time.advance(59_999);
  t.is(flushing.answer, undefined);
  await time.advance(1);
  t.is(flushing.answer, 0);
});

test("a number that was never given confirms nothing, nor does a member that nobody knows", async (t) => {
  const { announce, told, tick } = setUp("b");
  const removing = announce("k");
  await tick();
  told("b", 2, 1, 1);
  told("b", 0);
  told("stranger", 1, 1);
  await tick();
  t.is(removing.answer, undefined);
  told("b", 1, 1);
  await tick();
  t.is(removing.answer, 1);
});

test("a confirmation without a number confirms nothing, and nobody hears less for it", async (t) => {
  const { announcements, announce, ears, tick } = setUp("b", "c");
  announcements.closed("c");
  announce("k");
  await tick();
  announcements.told("b", {});
  announcements.told("b", { through: Number.NaN });
  announcements.opened("c", 0);
  t.deepEqual(ears.c!.heard, ["0-1: 1 k"]);
});

test("closing answers who waits, with what has been counted", async (t) => {
  const { announcements, announce, told, time } = setUp("b", "c");
  const removing = announce("k");
  await time.advance(0);
  told("b", 1, 1);
  announcements.close();
  await time.run();
  t.is(removing.answer, 1);
  t.is(time.now, 0, "no timer is left");
});

test("GETs that were asked for before a change leave before it gets its version", (t) => {
  const { announce, ears, counter } = setUp("b", "c");
  const counters: number[] = [];
  ears.b!.sendBatch = () => void counters.push(counter.value);
  announce("k");
  t.deepEqual([ears.c!.batches, counters], [1, [0]]);
});
