/**
 * Goal: replies are taken out in their order, as soon as they may be, and the waiting bytes are counted.
 * Method: a few by hand, then random opening, filling, holding and taking beside a plain list.
 */
import test from "ava";
import fc from "fast-check";
import { ReplyQueue, type Slot } from "../../../server/clients/reply-queue.ts";

test("no reply is taken before the replies to earlier commands", (t) => {
  const queue = new ReplyQueue();
  const first = queue.open();
  queue.hold(Buffer.from("2"));
  const third = queue.open();
  t.deepEqual([queue.length, queue.bytes, queue.isReady, queue.mayBeOvertaken], [3, 1, false, true]);
  queue.fill(first, Buffer.from("1"));
  t.deepEqual([queue.isReady, queue.mayBeOvertaken], [true, true]);
  t.is(queue.takeReady().toString(), "12");
  t.deepEqual([queue.length, queue.bytes, queue.isReady], [1, 0, false]);
  queue.fill(third, Buffer.from("3"));
  t.false(queue.mayBeOvertaken);
  t.is(queue.takeReady().toString(), "3");
  t.is(queue.length, 0);
});

test("a reply that is taken alone is not copied", (t) => {
  const queue = new ReplyQueue();
  const [slot] = [queue.open(), queue.open()];
  const bytes = Buffer.from("x");
  queue.fill(slot, bytes);
  t.is(queue.takeReady(), bytes);
});

test("a cleared queue holds nothing", (t) => {
  const queue = new ReplyQueue();
  queue.open();
  queue.hold(Buffer.from("x"));
  queue.clear();
  t.deepEqual([queue.length, queue.bytes, queue.isReady, queue.mayBeOvertaken], [0, 0, false, false]);
});

test("nothing overtakes a sealed queue until its replies, and the next one, are taken", (t) => {
  const queue = new ReplyQueue();
  queue.seal();
  const before = queue.open();
  t.true(queue.mayBeOvertaken, "there was nothing to seal");
  queue.seal();
  const next = queue.open();
  const behind = queue.open();
  queue.fill(before, Buffer.from("1"));
  queue.takeReady();
  t.false(queue.mayBeOvertaken);
  queue.fill(next, Buffer.from("2"));
  queue.takeReady();
  t.true(queue.mayBeOvertaken);
  queue.seal();
  queue.clear();
  queue.open();
  t.true(queue.mayBeOvertaken);
  queue.fill(behind, Buffer.from("3"));
});

test("replies are taken in the order of their places, in whatever order they are filled", (t) => {
  const step = fc.constantFrom("open", "hold", "fill", "take");
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.nat(9)), { maxLength: 200 }), (steps) => {
      const queue = new ReplyQueue();
      const open: { slot: Slot; text: string }[] = [];
      let expected = "";
      let left = "";
      for (const [i, [what, pick]] of steps.entries()) {
        const text = `<${i}>`;
        if (what === "open") {
          open.push({ slot: queue.open(), text });
          expected += text;
        } else if (what === "hold") {
          queue.hold(Buffer.from(text));
          expected += text;
        } else if (what === "fill" && open.length > 0) {
          const [filled] = open.splice(pick % open.length, 1);
          queue.fill(filled!.slot, Buffer.from(filled!.text));
        } else if (what === "take" && queue.isReady) left += queue.takeReady().toString();
      }
      for (const { slot, text } of open) queue.fill(slot, Buffer.from(text));
      if (queue.isReady) left += queue.takeReady().toString();
      return left === expected && queue.bytes === 0 && queue.length === 0;
    }),
    { numRuns: 300 },
  );
  t.pass();
});
