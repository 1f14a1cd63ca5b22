/**
 * Goal: nothing thrown gets past the stream, and its end is reported once.
 * Method: a stream at one end of a connection and the test at the other. Each test runs over a real socket and over a
 * wire in memory, so it also shows that the wire behaves as a socket does.
 */

import test, { type ExecutionContext } from "ava";
import { FrameStream } from "../../cluster/frame-stream.ts";
import type { Wire, World } from "../../cluster/world.ts";
import { encodeFrame } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { realWorld } from "../../server/machine/world.ts";
import { MemoryNetwork } from "../sim/network.ts";
import { VirtualTime } from "../sim/virtual-time.ts";
import { until } from "../until.ts";
import { socketPair } from "./sockets.ts";

const ping = (id: number) => encodeFrame(carrot.Frame, { ping: { id } });

interface Ends {
  readonly wires: readonly [Wire, Wire];
  readonly world: Pick<World, "quietlyEvery">;
  until(what: string, isSo: () => boolean): Promise<void>;
}

async function sockets(t: ExecutionContext): Promise<Ends> {
  return { wires: await socketPair(t), world: realWorld(() => performance.now()), until };
}

/** As members have them. */
async function realWires(t: ExecutionContext): Promise<Ends> {
  const world = realWorld(() => performance.now());
  const accepted: Wire[] = [];
  const port = await world.listen(
    "127.0.0.1",
    0,
    (wire) => accepted.push(wire),
    () => t.fail(),
  );
  const dialed = world.connect("127.0.0.1", port.port);
  await until("a wire", () => accepted.length === 1);
  t.teardown(() => {
    for (const wire of [dialed, accepted[0]!]) wire.destroy();
    return port.close();
  });
  return { wires: [accepted[0]!, dialed], world, until };
}

async function wiresInMemory(): Promise<Ends & { readonly time: VirtualTime }> {
  const time = new VirtualTime(1);
  const network = new MemoryNetwork(time);
  const accepted: Wire[] = [];
  const accept = (wire: Wire) => void accepted.push(wire);
  await network.worldOf("b").listen("0.0.0.0", 1, accept, () => {});
  const dialed = network.worldOf("a").connect("b", 1);
  await time.until("a wire", () => accepted.length === 1);
  return { wires: [accepted[0]!, dialed], world: time, time, until: (what, isSo) => time.until(what, isSo) };
}

/** A stream over the first end, and what the other end and the stream's owner hear. */
function streamOver({ wires: [wire, other], world, until }: Ends, onFrame: (frame: Buffer) => void) {
  const ends: (Error | undefined)[] = [];
  const heard = { chunks: [] as Buffer[], isClosed: false };
  other.on("error", () => {});
  other.on("close", () => {
    heard.isClosed = true;
  });
  const stream = new FrameStream({
    wire,
    world,
    maxFrameBytes: 100,
    onFrame,
    onEnd: (reason) => ends.push(reason),
  });
  const ended = () => until("the stream's end", () => ends.length > 0);
  /** The other end reads from now on, which it has to do to see the stream's end. */
  const otherClosed = async () => {
    other.on("data", (chunk) => heard.chunks.push(Buffer.from(chunk)));
    await until("the other end's close", () => heard.isClosed);
  };
  return { stream, other, heard, ends, ended, otherClosed };
}

for (const [name, connected] of Object.entries({ "a socket": sockets, "a wire in memory": wiresInMemory })) {
  test(`over ${name} an error in the handler of a frame ends the stream with it; later frames of the chunk are not handed on`, async (t) => {
    let frames = 0;
    const { other, ends, ended, otherClosed } = streamOver(await connected(t), () => {
      frames++;
      throw new Error("no such frame");
    });
    other.write(Buffer.concat([ping(1), ping(2)]));
    await ended();
    await otherClosed();
    t.deepEqual(
      ends.map((reason) => reason?.message),
      ["no such frame"],
    );
    t.is(frames, 1);
  });

  test(`over ${name} a handler that closes the stream gets no later frame of the chunk`, async (t) => {
    let frames = 0;
    const { stream, other, ended, otherClosed } = streamOver(await connected(t), () => {
      frames++;
      stream.destroy();
    });
    other.write(Buffer.concat([ping(1), ping(2), ping(3)]));
    await ended();
    await otherClosed();
    t.is(frames, 1);
  });

  test(`over ${name} what is thrown need not be an Error`, async (t) => {
    const { other, ends, ended } = streamOver(await connected(t), () => {
      throw "text";
    });
    other.write(ping(1));
    await ended();
    t.is(ends[0]?.message, "text");
  });

  test(`over ${name} a frame over the limit ends the stream`, async (t) => {
    const { other, ends, ended } = streamOver(await connected(t), () => t.fail());
    other.write(Buffer.from([101]));
    await ended();
    t.regex(ends[0]!.message, /101 bytes or more/);
  });

  test(`over ${name} the other side's close is an end without a reason, reported once`, async (t) => {
    const { stream, other, ends, ended } = streamOver(await connected(t), () => {});
    other.end();
    await ended();
    stream.destroy(new Error("too late"));
    t.deepEqual(ends, [undefined]);
  });

  test(`over ${name} frames of one tick arrive together and in order; after end none is sent`, async (t) => {
    const { stream, heard, ends, ended, otherClosed } = streamOver(await connected(t), () => {});
    for (let id = 1; id <= 5; id++) stream.send(ping(id));
    stream.end();
    stream.send(ping(6));
    await otherClosed();
    t.deepEqual(heard.chunks, [Buffer.concat([1, 2, 3, 4, 5].map(ping))]);
    await ended();
    t.deepEqual(ends, [undefined]);
  });

  test(`over ${name} a last frame goes out before the end that it explains`, async (t) => {
    const { stream, heard, ends, otherClosed } = streamOver(await connected(t), () => {});
    stream.endWith(new Error("another version"), ping(1));
    stream.send(ping(2));
    await otherClosed();
    t.deepEqual(heard.chunks, [ping(1)]);
    t.is(ends[0]?.message, "another version");
  });

  test(`over ${name} a paused stream hands on no frame until the other side has taken what was sent`, async (t) => {
    const ends = await connected(t);
    const [wire, other] = ends.wires;
    const large = Buffer.alloc(16 << 20);
    const taken: number[] = [];
    const { stream } = streamOver(ends, () => {
      taken.push(other.bytesRead);
      if (taken.length > 1) return;
      stream.send(large);
      stream.pauseUntilDrained();
    });
    other.write(Buffer.concat([ping(1), ping(2)]));
    await ends.until("bytes that are not taken", () => taken.length > 0 && stream.outgoingBytes > 0);
    t.is(taken.length, 1);
    other.resume();
    await ends.until("the second frame", () => taken.length === 2);
    t.true(taken[1]! > 0);
    t.true(wire.bytesWritten >= large.length);
  });
}

for (const [name, connected] of Object.entries({
  "a socket": realWires,
  "a wire in memory": wiresInMemory,
})) {
  test(`over ${name} lent parts leave behind what was sent, and later changes of them do not show`, async (t) => {
    const ends = await connected(t);
    const { stream, other, heard } = streamOver(ends, () => {});
    const value = Buffer.alloc(6 << 20, "v");
    stream.send(ping(1));
    stream.sendLent([ping(2), value]);
    value.fill("w");
    stream.sendLent([ping(3), value]);
    value.fill("x");
    stream.send(ping(4));
    const all = 4 * ping(1).length + 2 * value.length;
    other.on("data", (chunk) => heard.chunks.push(Buffer.from(chunk)));
    await ends.until("all bytes", () => other.bytesRead === all && stream.outgoingBytes === 0);
    const [v, w] = ["v", "w"].map((letter) => Buffer.alloc(value.length, letter));
    t.true(Buffer.concat(heard.chunks).equals(Buffer.concat([ping(1), ping(2), v!, ping(3), w!, ping(4)])));
    t.is(stream.bytesSent, all);
    t.true(ends.wires[0].bytesWritten < all, "some of them went past the wire's own write");
  });

  test(`over ${name} a frame's bytes are kept when the handler owns it`, async (t) => {
    const ends = await connected(t);
    const owned: Buffer[] = [];
    const { stream, other } = streamOver(
      { ...ends, wires: ends.wires.toReversed() as [Wire, Wire] },
      (frame) => owned.push(stream.own(frame)),
    );
    for (let id = 1; id <= 3; id++) {
      other.write(ping(id));
      await ends.until(`frame ${id}`, () => owned.length === id);
    }
    t.deepEqual(
      owned.map((frame) => frame.at(-1)),
      [1, 2, 3],
    );
  });
}

test("a stream on which nothing moves ends when the time is over, at most a quarter later", async (t) => {
  const { time, ...ends } = await wiresInMemory();
  const [, other] = ends.wires;
  const { stream, ends: told } = streamOver(ends, () => {});
  stream.closeWhenIdle(1000);
  await time.advance(700);
  other.write(ping(1));
  await time.advance(900);
  stream.send(ping(2));
  const lastMs = time.now;
  await time.advance(999);
  t.deepEqual(told, []);
  await time.until("the stream's end", () => told.length === 1);
  t.is(told[0]?.message, "nothing moved for 1000 ms");
  t.true(time.now - lastMs <= 1250, `${time.now - lastMs} ms`);
});

test("a stream that has ended leaves no timer", async (t) => {
  const { time, ...ends } = await wiresInMemory();
  const { stream, ends: told } = streamOver(ends, () => {});
  stream.closeWhenIdle(1000);
  stream.destroy();
  await time.run();
  t.deepEqual(told, [undefined]);
  t.true(time.now < 100);
});
