/**
 * Goal: small answers of a tick share frames, a large value has its own and is copied by nobody.
 * Method: Answers without a link; the frames that leave, decoded when they leave.
 */
import test from "ava";
import { Answers, LARGE_BYTES } from "../../cluster/answers.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import { decodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { VirtualTime } from "../sim/virtual-time.ts";

function setUp() {
  const time = new VirtualTime(1);
  const sent: string[] = [];
  const lent: Uint8Array[] = [];
  const frame = (framed: Uint8Array) => {
    const reader = new FrameReader(1 << 20);
    reader.push(Buffer.from(framed));
    const { body, got } = decodeFrame(carrot.Frame, reader.next()!);
    sent.push(got?.ids?.join() ?? body!);
  };
  const answers = new Answers({
    world: time,
    send: frame,
    sendLent: (parts) => {
      lent.push(...parts);
      frame(Buffer.concat(parts));
    },
    sent: () => sent.push("sent"),
  });
  return { answers, sent, lent, tick: () => time.advance(0) };
}

const value = (bytes: number): Outcome => ({ kind: "value", value: Buffer.alloc(bytes), ttlMs: undefined });

test("answers of one tick are one frame, and invalidations are behind them", async (t) => {
  const { answers, sent, tick } = setUp();
  answers.invalidate(Buffer.from("k"));
  answers.add(1, value(LARGE_BYTES - 1));
  answers.add(2, { kind: "absent", ttlMs: 5 });
  t.true(answers.areWaiting);
  await tick();
  t.deepEqual(sent, ["1,2", "invalidate", "sent"]);
  t.false(answers.areWaiting);
});

test("many bytes of answers are split into frames", async (t) => {
  const { answers, sent, tick } = setUp();
  for (let id = 1; id <= 40; id++) answers.add(id, value(16_000));
  await tick();
  t.deepEqual(
    sent.filter((ids) => ids !== "sent").map((ids) => ids.split(",").length),
    [16, 16, 8],
  );
});

test("a large value leaves at once, from the memory that it lies in", (t) => {
  const { answers, sent, lent } = setUp();
  const large = Buffer.alloc(LARGE_BYTES);
  answers.add(1, value(5));
  answers.add(2, { kind: "value", value: large, ttlMs: 5 });
  t.deepEqual(sent, ["2"]);
  t.is(lent[1], large);
  t.true(answers.areWaiting);
});
