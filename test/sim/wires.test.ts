/**
 * Goal: the ends of a wire in memory behave as sockets do: order, "end" and "close", errors, and a sender without room.
 * Method: two ends joined by ways that take a millisecond, in virtual time.
 */
import test from "ava";
import { VirtualTime } from "./virtual-time.ts";
import { MemoryWire } from "./wires.ts";

function setUp() {
  const time = new VirtualTime(1);
  const way = { send: (arrive: () => void) => void time.after(1, arrive) };
  const [a, b] = [new MemoryWire("b", way), new MemoryWire("a", way)];
  const heard: string[] = [];
  for (const [name, wire] of Object.entries({ a, b })) {
    for (const event of ["connect", "drain", "end", "close"] as const) {
      wire.on(event, () => heard.push(`${name} ${event}`));
    }
    wire.on("error", ({ message }) => heard.push(`${name} ${message}`));
  }
  /** Everything that an end reads from now on, as one text for each chunk. */
  const read = (wire: MemoryWire) => {
    const chunks: string[] = [];
    wire.on("data", (chunk: Buffer) => chunks.push(String(chunk)));
    return chunks;
  };
  return { time, a, b, heard, read };
}

const bytes = (text: string) => Buffer.from(text);

test("bytes written before there is another end are sent when there is one", async (t) => {
  const { time, a, b, heard, read } = setUp();
  const chunks = read(b);
  a.write(bytes("early"));
  await time.advance(10);
  t.deepEqual([chunks, a.writableLength, a.bytesWritten], [[], 5, 5]);
  a.join(b);
  await time.advance(1);
  t.deepEqual([chunks, a.writableLength, a.bytesWritten, b.bytesRead], [["early"], 0, 5, 5]);
  t.deepEqual(heard, ["a connect"]);
});

test("chunks arrive in order, those written while corked as one, and later changes of them do not show", async (t) => {
  const { time, a, b, read } = setUp();
  a.join(b);
  const chunks = read(b);
  const reused = bytes("one");
  a.write(reused);
  await time.advance(0);
  reused.fill("x");
  a.cork();
  a.write(bytes("two "));
  a.write(bytes("three"));
  a.uncork();
  await time.run();
  t.deepEqual(chunks, ["one", "two three"]);
});

test("an end that ends lets everything go out first, and the other end ends behind it", async (t) => {
  const { time, a, b, heard, read } = setUp();
  a.join(b);
  const chunks = read(b);
  a.resume();
  a.end(bytes("last words"));
  await time.run();
  t.deepEqual(chunks, ["last words"]);
  t.deepEqual(heard, ["a connect", "b end", "b close", "a end", "a close"]);
});

test("an end that is destroyed ends the other one", async (t) => {
  const { time, a, b, heard } = setUp();
  a.join(b);
  b.resume();
  a.destroy();
  await time.run();
  t.deepEqual(heard, ["a connect", "a close", "b end", "b close"]);
});

test("bytes sent to an end that is destroyed are answered with a reset", async (t) => {
  const { time, a, b, heard } = setUp();
  a.join(b);
  b.destroy();
  a.write(bytes("too late"));
  await time.run();
  t.true(heard.includes("a ECONNRESET"), heard.join());
  t.true(a.destroyed);
});

test("an end that is destroyed with bytes not read resets the other one", async (t) => {
  const { time, a, b, heard } = setUp();
  a.join(b);
  a.write(bytes("never read"));
  await time.run();
  b.destroy();
  await time.run();
  t.true(heard.includes("a ECONNRESET"), heard.join());
});

test("destroySoon lets all bytes go out, also when there is no other end yet", async (t) => {
  const { time, a, b, heard, read } = setUp();
  const chunks = read(b);
  a.write(bytes("farewell"));
  a.destroySoon();
  await time.advance(5);
  t.false(a.destroyed);
  a.join(b);
  await time.run();
  t.deepEqual(chunks, ["farewell"]);
  t.true(heard.includes("a close"));
});

test("an end that reads nothing holds the other end's bytes back until it reads", async (t) => {
  const { time, a, b, heard, read } = setUp();
  a.join(b);
  b.pause();
  const chunks = read(b);
  const large = Buffer.alloc(1 << 20, "x");
  t.false(a.write(large));
  await time.run();
  t.is(a.writableLength, large.length);
  a.write(large);
  await time.run();
  t.deepEqual([a.writableLength, chunks, heard], [2 * large.length, [], ["a connect"]]);
  b.resume();
  await time.run();
  t.is(chunks.join("").length, 2 * large.length);
  t.deepEqual([a.writableLength, heard], [0, ["a connect", "a drain"]]);
});

test("a paused end hands nothing on, and goes on where it was", async (t) => {
  const { time, a, b, read } = setUp();
  a.join(b);
  const chunks = read(b);
  a.write(bytes("1"));
  await time.run();
  b.pause();
  a.write(bytes("2"));
  await time.run();
  t.deepEqual(chunks, ["1"]);
  b.resume();
  await time.run();
  t.deepEqual(chunks, ["1", "2"]);
});
