/** Goal: nothing thrown gets past the stream, and its end is told once. Method: a real socket pair on loopback. */

import type { Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import { FrameStream, type FrameStreamOptions } from "../../cluster/frame-stream.ts";
import { encodeFrame } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { closed, Rig, world } from "./rig.ts";

const ping = (id: number) => encodeFrame(carrot.Frame, { ping: { id } });

async function setUp(t: ExecutionContext, onFrame: FrameStreamOptions["onFrame"]) {
  const rig = new Rig(t);
  const accepted = new Promise<Socket>((resolve) => rig.stub("x:1", resolve));
  while (!rig.ports.has("x:1")) await new Promise(setImmediate);
  const other = rig.connect("x:1");
  other.on("error", () => {});
  const ends: (Error | undefined)[] = [];
  let told = () => {};
  const ended = new Promise<void>((resolve) => {
    told = resolve;
  });
  const onEnd = (reason: Error | undefined) => {
    ends.push(reason);
    told();
  };
  const stream = new FrameStream({ wire: await accepted, world, maxFrameBytes: 100, onFrame, onEnd });
  return { stream, other, ends, ended };
}

test("an error thrown over a frame ends the stream with it; later frames of the chunk are not handed on", async (t) => {
  let frames = 0;
  const { other, ends, ended } = await setUp(t, () => {
    frames++;
    throw new Error("no such frame");
  });
  other.write(Buffer.concat([ping(1), ping(2)]));
  await Promise.all([ended, closed(other)]);
  t.deepEqual(
    ends.map((reason) => reason?.message),
    ["no such frame"],
  );
  t.is(frames, 1);
});

test("a handler that closes the stream gets no later frame of the chunk", async (t) => {
  let frames = 0;
  const { stream, other, ended } = await setUp(t, () => {
    frames++;
    stream.destroy();
  });
  other.write(Buffer.concat([ping(1), ping(2), ping(3)]));
  await Promise.all([ended, closed(other)]);
  t.is(frames, 1);
});

test("what is thrown need not be an Error", async (t) => {
  const { other, ends, ended } = await setUp(t, () => {
    throw "text";
  });
  other.write(ping(1));
  await ended;
  t.is(ends[0]?.message, "text");
});

test("a frame over the limit ends the stream", async (t) => {
  const { other, ends, ended } = await setUp(t, () => t.fail());
  other.write(Buffer.from([101]));
  await ended;
  t.regex(ends[0]!.message, /101 bytes or more/);
});

test("the other side's close is an end without a reason, told once", async (t) => {
  const { stream, other, ends, ended } = await setUp(t, () => {});
  other.end();
  await ended;
  stream.destroy(new Error("too late"));
  t.deepEqual(ends, [undefined]);
});

test("frames of one tick arrive together and in order; after end none is sent", async (t) => {
  const { stream, other, ends, ended } = await setUp(t, () => {});
  const chunks: Buffer[] = [];
  other.on("data", (chunk: Buffer) => chunks.push(chunk));
  for (let id = 1; id <= 5; id++) stream.send(ping(id));
  stream.end();
  stream.send(ping(6));
  await new Promise((resolve) => other.once("end", resolve));
  t.deepEqual(Buffer.concat(chunks), Buffer.concat([1, 2, 3, 4, 5].map(ping)));
  await ended;
  t.deepEqual(ends, [undefined]);
});

test("a paused stream hands on no frame until the other side has taken what was sent", async (t) => {
  const frames: number[] = [];
  const large = Buffer.alloc(16 << 20);
  let answered = 0;
  const { stream, other } = await setUp(t, () => {
    frames.push(other.bytesRead);
    if (answered++ > 0) return;
    stream.send(large);
    stream.pauseUntilDrained();
  });
  other.write(Buffer.concat([ping(1), ping(2)]));
  while (frames.length === 0 || stream.outgoingBytes === 0) await new Promise(setImmediate);
  t.is(frames.length, 1);
  other.resume();
  while (frames.length < 2) await new Promise(setImmediate);
  t.true(frames[1]! > 0);
});
