/**
 * Goal: a cut command ends up in one piece, at a cost that depends only on the bytes that came. Method: the tests push
 * chunks by hand and play the reader, which moves `start`.
 */
import test from "ava";
import { CommandInput } from "../../proto/command-input.ts";
import { SpareBuffers } from "../../proto/spare-buffers.ts";
import { mostCapacity } from "./read-commands.ts";

function readable(input: CommandInput): string {
  return input.bytes.toString("latin1", input.start, input.end);
}

test("reads a chunk where it lies and lets go of it when it is used up", (t) => {
  const input = new CommandInput(new SpareBuffers());
  const chunk = Buffer.from("PING\r\n");
  input.push(chunk);
  t.is(input.bytes, chunk);
  input.start = chunk.length;
  t.false(input.gather(-1));
  t.is(input.bytes.length, 0);
  t.is(input.pendingCapacity, 0);
});

test("keeps a copy of an unfinished rest, at the beginning of a buffer", (t) => {
  const input = new CommandInput(new SpareBuffers());
  const chunk = Buffer.from("PING\r\nPI");
  input.push(chunk);
  input.start = 6;
  t.false(input.gather(-1));
  chunk.fill(0);
  t.is(readable(input), "PI");
  t.is(input.start, 0);
  t.is(input.pendingBytes, 2);
});

test("takes no more than the line from the next chunk, and reads on in that chunk", (t) => {
  const input = new CommandInput(new SpareBuffers());
  input.push(Buffer.from("PI"));
  input.gather(-1);
  const chunk = Buffer.from("NG\r\nPING\r\n");
  input.push(chunk);
  t.true(input.gather(-1));
  t.is(readable(input), "PING\r\n");
  input.start = input.end;
  t.true(input.gather(-1));
  t.is(input.bytes, chunk);
  t.is(readable(input), "PING\r\n");
});

test("takes no more than the payload from the next chunk", (t) => {
  const input = new CommandInput(new SpareBuffers());
  input.push(Buffer.from("$4\r\nPI"));
  input.gather(10);
  input.push(Buffer.from("NG\r\n*1\r\n"));
  t.true(input.gather(10));
  t.is(readable(input), "$4\r\nPING\r\n");
});

test("never writes again into a buffer in which a command was whole", (t) => {
  const input = new CommandInput(new SpareBuffers());
  input.push(Buffer.from("a"));
  input.gather(-1);
  input.push(Buffer.from("b\nc"));
  input.gather(-1);
  const first = input.bytes.subarray(0, input.end);
  input.start = input.end;
  t.true(input.gather(-1));
  t.false(input.gather(-1));
  input.push(Buffer.from("d\n"));
  t.true(input.gather(-1));
  t.is(readable(input), "cd\n");
  t.is(first.toString(), "ab\n");
});

test("grows with the bytes that came: by doubling, and from 16 KiB on to what is announced, 20 times as much at most", (t) => {
  const input = new CommandInput(new SpareBuffers());
  const capacities = new Set<number>();
  input.push(Buffer.from("x"));
  input.gather(1e9);
  for (let i = 0; i < 100_000; i++) {
    input.push(Buffer.from("x"));
    input.gather(1e9);
    input.gather(1e9);
    const { pendingBytes, pendingCapacity } = input;
    if (pendingCapacity > mostCapacity(pendingBytes)) t.fail(`${pendingCapacity} bytes for ${pendingBytes}`);
    capacities.add(pendingCapacity);
  }
  t.is(input.pendingBytes, 100_001);
  t.true(capacities.size <= 12);
});

test("a long payload has its room as soon as 16 KiB of it have come, and a short argument behind it fits in", (t) => {
  const input = new CommandInput(new SpareBuffers());
  const payloadEnd = (1 << 14) + 70 * 4096;
  input.push(Buffer.alloc(1 << 14));
  input.gather(payloadEnd);
  t.true(input.pendingCapacity >= payloadEnd + 256 && input.pendingCapacity <= payloadEnd + 256 + 4096);
  const { bytes } = input;
  while (input.pendingBytes < payloadEnd) {
    input.push(Buffer.alloc(4096));
    while (input.gather(payloadEnd));
  }
  input.push(Buffer.from("$2\r\nEX\r\n$3\r\n100\r\n"));
  while (input.gather(-1));
  t.is(input.bytes, bytes, "nothing was copied to a longer one");
});

test("the buffers that a long command outgrows are less than half of its bytes", (t) => {
  const input = new CommandInput(new SpareBuffers());
  const chunk = Buffer.alloc(1 << 16, "x");
  const capacities = new Set<number>();
  while (input.pendingBytes < 60 << 20) {
    input.push(chunk);
    while (input.gather(1e9));
    capacities.add(input.pendingCapacity);
  }
  const outgrown = [...capacities].slice(0, -1).reduce((sum, bytes) => sum + bytes, 0);
  t.true(outgrown < 30 << 20, `${outgrown} bytes`);
});

test("refuses a chunk while the last one is not used up", (t) => {
  const input = new CommandInput(new SpareBuffers());
  input.push(Buffer.from("PING\r\n"));
  t.throws(() => input.push(Buffer.from("PING\r\n")), { code: "ERR_ASSERTION" });
});

/** Reads a command of this many bytes, a line, that comes in two chunks; returns the memory in which it was put together. */
function readLine(input: CommandInput, bytes: number, letter: string, isHandedOut = false): Buffer {
  const line = Buffer.alloc(bytes, letter);
  line[bytes - 1] = 0x0a;
  input.push(line.subarray(0, bytes - 10));
  while (input.gather(bytes));
  input.push(line.subarray(bytes - 10));
  input.gather(bytes);
  const whole = input.bytes.subarray(0, input.end);
  const kept = isHandedOut ? input.owned(whole) : whole;
  input.start = input.end;
  while (input.gather(-1));
  return kept;
}

test("the memory of a large command is used again, for any connection of the thread", (t) => {
  const spares = new SpareBuffers();
  const first = readLine(new CommandInput(spares), 70_000, "a");
  t.true(spares.bytes >= 70_000);
  const second = readLine(new CommandInput(spares), 70_000, "b");
  t.is(second.buffer, first.buffer);
  t.is(first[0], 0x62);
});

test("memory that is there already is taken as soon as a twentieth of a command has come, and not earlier", (t) => {
  const spares = new SpareBuffers();
  readLine(new CommandInput(spares), 40_000, "a");
  const { bytes } = spares;
  const early = new CommandInput(spares);
  early.push(Buffer.alloc(10));
  early.gather(40_000);
  t.is(spares.bytes, bytes);
  const later = new CommandInput(spares);
  later.push(Buffer.alloc(2_100));
  later.gather(40_000);
  t.true(later.pendingCapacity >= 40_000 && spares.bytes < bytes);
});

test("the memory of a command that was handed out is never written again", (t) => {
  const spares = new SpareBuffers();
  const input = new CommandInput(spares);
  const first = readLine(input, 70_000, "a", true);
  const { bytes } = spares;
  t.true(bytes < 140_000, "what it had outgrown, at most");
  for (const letter of "bcd") readLine(input, 70_000, letter);
  t.is(first.toString("latin1"), `${"a".repeat(69_999)}\n`);
});

test("a command that two connections send in pieces has two buffers", (t) => {
  const spares = new SpareBuffers();
  readLine(new CommandInput(spares), 70_000, "a");
  const inputs = ["b", "c"].map((letter) => {
    const input = new CommandInput(spares);
    input.push(Buffer.alloc(60_000, letter));
    while (input.gather(70_000));
    return input;
  });
  t.deepEqual(inputs.map(readable), ["b".repeat(60_000), "c".repeat(60_000)]);
});
