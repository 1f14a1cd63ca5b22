/**
 * Goal: frames come out as they went in, however the stream is cut, no announced length makes the reader take more room than
 * the limit, and a frame that is kept stays as it was. Method: streams of random frames cut at random places (fast-check prints its seed) and
 * at every position, then each limit by itself.
 */

import test from "ava";
import fc from "fast-check";
import { decodeFrame, encodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";

const ping = (id: number) => encodeFrame(carrot.Frame, { ping: { id } });

function lengthPrefix(length: number): Buffer {
  const bytes: number[] = [];
  for (; length > 0x7f; length = Math.floor(length / 128)) bytes.push((length % 128) | 0x80);
  return Buffer.from([...bytes, length]);
}

const framed = (body: Uint8Array) => Buffer.concat([lengthPrefix(body.length), body]);

function readAll(reader: FrameReader, chunks: readonly Buffer[]): Buffer[] {
  const frames: Buffer[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next())
      frames.push(reader.own(frame));
  }
  return frames;
}

test("frames survive any cutting of the stream", (t) => {
  const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { maxLength: 8 });
  const property = fc.property(bodies, fc.array(fc.nat(3000)), (sent, cuts) => {
    const stream = Buffer.concat(sent.map(framed));
    const ends = [...cuts.filter((cut) => cut < stream.length), stream.length].sort((a, b) => a - b);
    const chunks = ends.map((end, i) => stream.subarray(i === 0 ? 0 : ends[i - 1], end));
    const got = readAll(new FrameReader(400), chunks);
    t.deepEqual(
      got.map((frame) => frame.toString("hex")),
      sent.map((body) => Buffer.from(body).toString("hex")),
    );
  });
  fc.assert(property, { numRuns: 200 });
});

test("two frames come out whole when cut at every position, and byte by byte", (t) => {
  const first = encodeFrame(carrot.Frame, { get: { firstId: 1, keys: [Buffer.alloc(300, "k")] } });
  const stream = Buffer.concat([first, ping(300)]);
  for (let cut = 0; cut <= stream.length; cut++) {
    const frames = readAll(new FrameReader(1000), [stream.subarray(0, cut), stream.subarray(cut)]);
    t.is(decodeFrame(carrot.Frame, frames[1]!).ping?.id, 300);
    t.is(frames.length, 2);
  }
  const bytes = [...stream].map((byte) => Buffer.from([byte]));
  t.is(readAll(new FrameReader(1000), bytes).length, 2);
});

test("a frame of exactly the limit is read, one byte more is refused before any of it is held", (t) => {
  t.is(readAll(new FrameReader(64), [framed(Buffer.alloc(64, 1))])[0]?.length, 64);
  const reader = new FrameReader(64);
  reader.push(lengthPrefix(65));
  t.throws(() => reader.next(), { name: "FrameError", message: /65 bytes or more \(max 64\)/ });
  t.is(reader.heldBytes, 0);
});

for (const length of [0x7fffffff, 0xffffffff]) {
  test(`an announced length of ${length} is refused`, (t) => {
    const reader = new FrameReader(8 << 20);
    reader.push(lengthPrefix(length));
    t.throws(() => reader.next(), { name: "FrameError" });
    t.is(reader.heldBytes, 0);
  });
}

test("a length of 0 and a length that does not end are errors", (t) => {
  const zero = new FrameReader(64);
  zero.push(Buffer.from([0]));
  t.throws(() => zero.next(), { name: "FrameError", message: "frame of 0 bytes" });
  const endless = new FrameReader(64);
  endless.push(Buffer.alloc(5, 0x80));
  t.throws(() => endless.next(), { name: "FrameError", message: "frame length without an end" });
});

test("a frame that is cut gets room for all of it at once, if it is within the limit", (t) => {
  const reader = new FrameReader(8 << 20);
  readAll(reader, [lengthPrefix(5 << 20)]);
  const room = reader.heldBytes;
  t.true(room >= 5 << 20 && room <= 8 << 20);
  const rest = Array.from({ length: 5 }, () => Buffer.alloc(1 << 20, "x"));
  for (const chunk of rest.slice(1)) t.is(readAll(reader, [chunk]).length + reader.heldBytes, room);
  t.true(readAll(reader, rest.slice(0, 1))[0]?.equals(Buffer.alloc(5 << 20, "x")));
});

test("a raised limit applies to the frames that follow in the same chunk", (t) => {
  const reader = new FrameReader(64);
  reader.push(Buffer.concat([framed(Buffer.alloc(64)), framed(Buffer.alloc(100))]));
  t.is(reader.next()?.length, 64);
  reader.maxBytes = 1000;
  t.is(reader.next()?.length, 100);
});

for (const bytes of [6, 1 << 17]) {
  test(`a frame of ${bytes} bytes that is owned is not written to by those that follow`, (t) => {
    const reader = new FrameReader(bytes, true);
    const cutAndWhole = (letter: string) => {
      const stream = framed(Buffer.alloc(bytes, letter));
      const chunks = [stream.subarray(0, 4), stream.subarray(4), Buffer.from(stream)];
      return chunks.flatMap((chunk) => {
        reader.push(chunk);
        const frame = reader.next();
        const owned = frame && reader.own(frame);
        t.is(reader.next(), undefined);
        chunk.fill(0);
        return owned ?? [];
      });
    };
    const [cut, whole] = cutAndWhole("a");
    cutAndWhole("z");
    for (const frame of [cut!, whole!]) t.true(frame.equals(Buffer.alloc(bytes, "a")));
  });
}

test("the memory of a frame that nobody owns is room for the next one", (t) => {
  const reader = new FrameReader(1 << 17);
  const next = (letter: string) => {
    const stream = framed(Buffer.alloc(1 << 17, letter));
    reader.push(stream.subarray(0, 1000));
    reader.next();
    reader.push(stream.subarray(1000));
    return reader.next()!;
  };
  const first = next("a");
  const second = next("b");
  t.is(first.buffer, second.buffer);
});

test("what is left of a lent chunk can be kept", (t) => {
  const reader = new FrameReader(64, true);
  const chunk = Buffer.concat([framed(Buffer.alloc(3, "a")), framed(Buffer.alloc(5, "b"))]);
  reader.push(chunk);
  t.is(String(reader.next()), "aaa");
  reader.keepRest();
  chunk.fill(0);
  t.is(String(reader.next()), "bbbbb");
});

test("a decoder skips fields that it does not know", (t) => {
  const unknown = Buffer.from([0xfa, 0x07, 3, 1, 2, 3]);
  const body = Buffer.concat([ping(7).subarray(1), unknown]);
  const frame = decodeFrame(carrot.Frame, body);
  t.is(frame.ping?.id, 7);
  t.is(frame.$unknowns, undefined);
});

test("a message that cannot be encoded leaves nothing behind in the next frame", (t) => {
  const unencodable = { got: { ids: [1], entries: [null as never] } };
  t.throws(() => encodeFrame(carrot.Frame, unencodable));
  t.deepEqual(ping(7), Buffer.from([4, 0x22, 2, 8, 7]));
});

test("frames encoded one after the other do not share memory", (t) => {
  const large = encodeFrame(carrot.Frame, { look: { id: 1, key: Buffer.alloc(2 << 20, "x") } });
  const first = ping(1);
  const second = ping(2);
  t.is(first.at(-1), 1);
  t.is(second.at(-1), 2);
  t.is(large.at(-1), 120);
});
