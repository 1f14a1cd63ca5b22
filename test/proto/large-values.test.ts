/**
 * Goal: a long argument comes out as it went in, however it is cut, and whether its bytes are read to the reader's room or to a
 * chunk. Nothing else writes to a room that is lent.
 * Method: the helper `read` delivers chunks as a socket does; it is compared with the stream in one chunk. Then inputs by hand.
 */
import test from "ava";
import fc from "fast-check";
import { CommandInput } from "../../proto/command-input.ts";
import { COMMAND, CommandReader, NEED_MORE } from "../../proto/command-reader.ts";
import { SpareBuffers } from "../../proto/spare-buffers.ts";
import { bytes, command, cutAt, LIMITS, pieces, read } from "./read-commands.ts";

/** From so many bytes on there is room ahead; and so many must be lacking for a room to be lent. */
const KIB_16 = 1 << 14;

/** Text of every byte, CR and LF and whole headers among them, that is the same for the same length. */
function binary(length: number): string {
  const piece = `${Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("")}\r\n$3\r\nGET\r\n`;
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

test("a long value is the same wherever its command is cut, twice", (t) => {
  const value = binary(40_000);
  const stream = bytes(
    command("SET", "k", value) + command("SET", "k", value, "EX", "100") + command("GET", "k"),
  );
  const first = command("SET", "k", value).length;
  const whole = read([stream]);
  t.is(whole.commands.length, 3);
  const header = first - value.length - 2;
  const edges = [
    ...[
      0,
      4,
      header - 6,
      header - 1,
      header,
      header + KIB_16,
      first - 2 - KIB_16,
      first - 2,
      first - 1,
      first,
    ],
    ...[first + header + 1, first + header + value.length, first + header + value.length + 3],
  ];
  const positions = [...new Set(edges.flatMap((edge) => [edge - 1, edge, edge + 1]))];
  for (const [i, one] of positions.entries()) {
    for (const other of positions.slice(i)) {
      const cut = read(cutAt(stream, [one, other]));
      if (JSON.stringify(cut) !== JSON.stringify(whole)) t.fail(`cut at ${one} and ${other}`);
    }
  }
  t.deepEqual(read(pieces(stream, 1)), whole);
  t.pass();
});

const argument = fc.oneof(
  fc.nat({ max: 100 }).map(binary),
  fc.nat({ max: 150_000 }).map(binary),
  fc.constantFrom(KIB_16 - 1, KIB_16, 2 * KIB_16, 65_536).map(binary),
);
const pipeline = fc.array(fc.array(argument, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });
const cuts = fc.array(fc.nat({ max: 600_000 }), { maxLength: 20 });

test("random pipelines of short and long arguments are the same however they are cut", (t) => {
  fc.assert(
    fc.property(pipeline, cuts, (commands, positions) => {
      const sent = commands.map((args) => ["SET", ...args]);
      const stream = bytes(sent.map((args) => command(...args)).join(""));
      const got = read(cutAt(stream, positions));
      return (
        got.end === "more" && got.pendingBytes === 0 && JSON.stringify(got.commands) === JSON.stringify(sent)
      );
    }),
    { numRuns: 100, ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }) },
  );
  t.pass();
});

/** Has the input gather so many bytes of a payload of 100,000. */
function begun(input: CommandInput, count: number): void {
  input.push(Buffer.alloc(count, "a"));
  while (input.gather(100_000));
}

test("what is read to the room is not copied, and is where it belongs", (t) => {
  const input = new CommandInput(new SpareBuffers());
  begun(input, KIB_16);
  const room = input.roomFor(100_000)!;
  t.is(room.length, 100_000 - KIB_16, "no byte of a later command");
  const chunk = room.fill("b").subarray(0, 50_000);
  const { bytes: kept } = input;
  Object.assign(chunk, { copy: () => t.fail("the chunk is copied") });
  input.push(chunk);
  while (input.gather(100_000));
  t.is(input.bytes, kept);
  t.is(input.pendingBytes, KIB_16 + 50_000);
  const rest = input.roomFor(100_000)!;
  t.is(rest.byteOffset, chunk.byteOffset + 50_000);
  input.push(Buffer.alloc(rest.length, "c"));
  t.true(input.gather(100_000));
  t.true(
    input.bytes.toString("latin1", 0, input.end) ===
      "a".repeat(KIB_16) + "b".repeat(50_000) + "c".repeat(100_000 - KIB_16 - 50_000),
  );
});

test("there is no room for a short payload, for a short rest, before 16 KiB have come, or while a chunk waits", (t) => {
  const few = new CommandInput(new SpareBuffers());
  begun(few, KIB_16 - 1);
  t.is(few.roomFor(100_000), undefined);
  const rest = new CommandInput(new SpareBuffers());
  begun(rest, 100_000 - KIB_16);
  t.truthy(rest.roomFor(100_000));
  t.is(rest.roomFor(99_999), undefined);
  t.is(rest.roomFor(-1), undefined);
  t.is(new CommandInput(new SpareBuffers()).roomFor(100_000), undefined);
  const waits = new CommandInput(new SpareBuffers());
  begun(waits, KIB_16);
  waits.push(Buffer.alloc(10));
  t.is(waits.roomFor(100_000), undefined);
});

test("a room has 1 MiB at most, whatever is announced", (t) => {
  const input = new CommandInput(new SpareBuffers());
  input.push(Buffer.alloc(1 << 20));
  input.gather(1 << 29);
  t.is(input.roomFor(1 << 29)!.length, 1 << 20);
});

test("a chunk that lies right behind a full buffer in the same memory is not taken for one that was read in place", (t) => {
  const pool = Buffer.alloc(1 << 17);
  const spares = new SpareBuffers();
  spares.give(pool.subarray(0, 1 << 16));
  const input = new CommandInput(spares);
  input.push(Buffer.alloc(50_000, "a"));
  input.gather(60_000);
  t.is(input.bytes.buffer, pool.buffer);
  input.push(Buffer.alloc((1 << 16) - 50_000, "b"));
  while (input.gather(1 << 17));
  t.is(input.pendingBytes, input.bytes.length);
  input.push(pool.subarray(1 << 16, (1 << 16) + 1000).fill("c"));
  while (input.gather(1 << 17));
  t.true(input.bytes.length >= input.pendingBytes);
  t.true(input.bytes.toString("latin1", 1 << 16, input.end) === "c".repeat(1000));
});

test("no other reader gets a room that is lent, and all memory is used again when the command is over", (t) => {
  const lent = new Map<CommandReader, Buffer>();
  const readers = Array.from({ length: 20 }, () => new CommandReader(LIMITS));
  const value = binary(100_000);
  const half = bytes(command("SET", "k", value)).subarray(0, KIB_16 + 100);
  const memory = new Set<ArrayBufferLike>();
  for (let round = 0; round < 3; round++) {
    for (const reader of readers) {
      reader.push(Buffer.from(half));
      t.is(reader.next(), NEED_MORE);
      lent.set(reader, reader.room!);
    }
    t.is(new Set([...lent.values()].map(({ buffer }) => buffer)).size, readers.length);
    for (const [reader, room] of lent) {
      memory.add(room.buffer);
      const stream = bytes(command("SET", "k", value));
      room.set(stream.subarray(half.length, half.length + room.length));
      reader.push(room);
      t.is(reader.next(), COMMAND);
      t.true(reader.bytes.toString("latin1", reader.argStart[2], reader.argEnd[2]) === value);
      t.is(reader.next(), NEED_MORE);
    }
  }
  t.is(memory.size, readers.length);
});
