/**
 * Goal: replies leave in their order, as soon as they may, and what waits is counted. Method: a few by hand, then random
 * opening, filling, holding and leaving beside a plain list.
 */
import test from "ava";
import fc from "fast-check";
import { ReplyLine, type Slot } from "../../../server/clients/reply-line.ts";

test("nothing leaves before what was asked first", (t) => {
  const line = new ReplyLine();
  const first = line.open();
  line.hold(Buffer.from("2"));
  const third = line.open();
  t.deepEqual([line.length, line.bytes, line.isReady, line.mayBeOvertaken], [3, 1, false, true]);
  line.fill(first, Buffer.from("1"));
  t.deepEqual([line.isReady, line.mayBeOvertaken], [true, true]);
  t.is(line.leave().toString(), "12");
  t.deepEqual([line.length, line.bytes, line.isReady], [1, 0, false]);
  line.fill(third, Buffer.from("3"));
  t.false(line.mayBeOvertaken);
  t.is(line.leave().toString(), "3");
  t.is(line.length, 0);
});

test("a reply that leaves alone is not copied", (t) => {
  const line = new ReplyLine();
  const [slot] = [line.open(), line.open()];
  const bytes = Buffer.from("x");
  line.fill(slot, bytes);
  t.is(line.leave(), bytes);
});

test("cleared, it holds nothing, and who fills a place of before changes nothing that is seen", (t) => {
  const line = new ReplyLine();
  line.open();
  line.hold(Buffer.from("x"));
  line.clear();
  t.deepEqual([line.length, line.bytes, line.isReady, line.mayBeOvertaken], [0, 0, false, false]);
});

test("nothing overtakes a sealed line until those before, and the next, have left", (t) => {
  const line = new ReplyLine();
  line.seal();
  const before = line.open();
  t.true(line.mayBeOvertaken, "there was nothing to seal");
  line.seal();
  const next = line.open();
  const behind = line.open();
  line.fill(before, Buffer.from("1"));
  line.leave();
  t.false(line.mayBeOvertaken);
  line.fill(next, Buffer.from("2"));
  line.leave();
  t.true(line.mayBeOvertaken);
  line.seal();
  line.clear();
  line.open();
  t.true(line.mayBeOvertaken);
  line.fill(behind, Buffer.from("3"));
});

test("in whatever order places are filled, replies leave in the order of their places", (t) => {
  const step = fc.constantFrom("open", "hold", "fill", "leave");
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.nat(9)), { maxLength: 200 }), (steps) => {
      const line = new ReplyLine();
      const open: { slot: Slot; text: string }[] = [];
      let expected = "";
      let left = "";
      for (const [i, [what, pick]] of steps.entries()) {
        const text = `<${i}>`;
        if (what === "open") {
          open.push({ slot: line.open(), text });
          expected += text;
        } else if (what === "hold") {
          line.hold(Buffer.from(text));
          expected += text;
        } else if (what === "fill" && open.length > 0) {
          const [filled] = open.splice(pick % open.length, 1);
          line.fill(filled!.slot, Buffer.from(filled!.text));
        } else if (what === "leave" && line.isReady) left += line.leave().toString();
      }
      for (const { slot, text } of open) line.fill(slot, Buffer.from(text));
      if (line.isReady) left += line.leave().toString();
      return left === expected && line.bytes === 0 && line.length === 0;
    }),
    { numRuns: 300 },
  );
  t.pass();
});
