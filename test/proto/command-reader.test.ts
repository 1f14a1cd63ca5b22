/**
 * Goal: a connection can rely on the reader, whatever bytes come and however they are cut. Method: commands come in small
 * pieces while the tests look at what the reader holds; then random pipelines of binary arguments, and random rubbish,
 * under random cuts.
 */
import test from "ava";
import fc from "fast-check";
import { COMMAND, CommandReader, DROP, NEED_MORE } from "../../proto/command-reader.ts";
import { bytes, command, cutAt, LIMITS, pieces, read } from "./read-commands.ts";

test("an announced length allocates nothing", (t) => {
  const readers = Array.from({ length: 1000 }, () => new CommandReader(LIMITS));
  for (const reader of readers) {
    reader.push(bytes("*1048576\r\n$8388608\r\n"));
    t.is(reader.next(), NEED_MORE);
    t.is(reader.pendingBytes, 20);
    t.true(reader.pendingCapacity <= 64);
    t.true(reader.argStart.length <= 8);
  }
});

test("a command that comes byte by byte is copied a constant number of times in all", (t) => {
  const stream = bytes(command("SET", "k", "v".repeat(1024 * 1024)));
  const reader = new CommandReader(LIMITS);
  let copied = 0;
  let capacity = 0;
  for (const byte of pieces(stream, 1)) {
    reader.push(byte);
    if (reader.next() !== NEED_MORE) break;
    copied += 1;
    if (reader.pendingCapacity !== capacity) copied += reader.pendingBytes;
    capacity = reader.pendingCapacity;
  }
  t.is(reader.args()[2]!.length, 1024 * 1024);
  t.true(copied < 3 * stream.length, `${copied} bytes copied`);
});

test("keeps nothing once a stream's commands are read", (t) => {
  const reader = new CommandReader(LIMITS);
  for (const chunk of cutAt(bytes(command("GET", "a") + command("GET", "b")), [7, 30])) {
    reader.push(chunk);
    while (reader.next() === COMMAND);
  }
  t.is(reader.pendingBytes, 0);
  t.is(reader.pendingCapacity, 0);
  t.is(reader.bytes.length, 0);
});

test("arguments of a cut command stay right while later commands are read", (t) => {
  const reader = new CommandReader(LIMITS);
  const kept: Buffer[] = [];
  const stream = bytes(Array.from({ length: 50 }, (_, i) => command("ECHO", `value ${i}`)).join(""));
  for (const chunk of pieces(stream, 3)) {
    reader.push(chunk);
    while (reader.next() === COMMAND) kept.push(reader.args()[1]!);
  }
  t.deepEqual(
    kept.map(String),
    Array.from({ length: 50 }, (_, i) => `value ${i}`),
  );
});

test("arguments of a whole command stay right when the chunk's owner writes to it again", (t) => {
  for (const text of [command("SET", "key", "value"), "SET key value\r\n", 'SET "key" value\r\n']) {
    const reader = new CommandReader(LIMITS);
    const chunk = bytes(text);
    reader.push(chunk);
    t.is(reader.next(), COMMAND);
    const args = reader.args();
    chunk.fill(0);
    t.deepEqual(args.map(String), ["SET", "key", "value"]);
  }
});

test("after own() the chunk may change, wherever the reader is in it", (t) => {
  const stream = bytes(`${command("GET", "a").repeat(3) + command("SET", "b", "value")}GET c\r\n*1\r\n$4`);
  const expected = ["GET a", "GET a", "GET a", "SET b value", "GET c"];
  for (let cut = 0; cut < stream.length; cut++) {
    for (let before = 0; before <= expected.length; before++) {
      const reader = new CommandReader(LIMITS);
      const taken: string[] = [];
      for (const chunk of [stream.subarray(0, cut), stream.subarray(cut)]) {
        const lent = Buffer.from(chunk);
        reader.push(lent);
        while (taken.length !== before && reader.next() === COMMAND) taken.push(reader.args().join(" "));
        reader.own();
        lent.fill(0x2a);
        while (reader.next() === COMMAND) taken.push(reader.args().join(" "));
      }
      t.deepEqual(taken, expected, `cut at ${cut}, owned behind ${before}`);
      t.is(reader.pendingBytes, 6);
    }
  }
});

test("after an error the reader returns only that error, whatever comes", (t) => {
  const reader = new CommandReader(LIMITS);
  reader.push(bytes(`*x\r\n${command("PING")}`));
  for (let i = 0; i < 3; i++) {
    t.false(([COMMAND, NEED_MORE, DROP] as number[]).includes(reader.next()));
    t.is(reader.error, "Protocol error: invalid multibulk length");
    reader.push(bytes(command("PING")));
  }
  t.is(reader.pendingBytes, 0);
});

test("after a drop the reader returns only DROP, whatever comes", (t) => {
  const reader = new CommandReader(LIMITS);
  reader.push(bytes("POST / HTTP/1.1\r\n"));
  for (let i = 0; i < 3; i++) {
    t.is(reader.next(), DROP);
    t.is(reader.error, "");
    reader.push(bytes("PING\r\n"));
  }
});

test("new limits hold from the next command of the same chunk on", (t) => {
  const reader = new CommandReader({ ...LIMITS, unauthenticated: true });
  const mget = command("MGET", ...Array.from({ length: 20 }, () => "k"));
  reader.push(bytes(command("AUTH", "secret") + mget));
  t.is(reader.next(), COMMAND);
  reader.limits = LIMITS;
  t.is(reader.next(), COMMAND);
  t.is(reader.argc, 21);
  reader.limits = { ...LIMITS, unauthenticated: true };
  t.is(reader.next(), NEED_MORE);
  reader.push(bytes(mget));
  reader.next();
  t.is(reader.error, "Protocol error: unauthenticated multibulk length");
});

test("tells how long the last command was, but not of a client that has not authenticated", (t) => {
  const stream = command("SET", "k", "v".repeat(2000));
  const reader = new CommandReader(LIMITS);
  reader.push(bytes(stream + stream));
  t.is(reader.commandBytes, 0);
  reader.next();
  t.is(reader.commandBytes, stream.length);
  reader.next();
  t.is(reader.commandBytes, stream.length);
  const locked = new CommandReader({ ...LIMITS, unauthenticated: true });
  locked.push(bytes(stream));
  locked.next();
  t.is(locked.commandBytes, 0);
});

test("refuses a chunk before all of the last one is read", (t) => {
  const reader = new CommandReader(LIMITS);
  reader.push(bytes("PING\r\nPING\r\n"));
  reader.next();
  t.throws(() => reader.push(bytes("PING\r\n")), { code: "ERR_ASSERTION" });
});

const hostile = fc.array(
  fc.constantFrom("\r", "\n", "\r\n", "$", "*", "-", "0", "3", "\0", "\xff", "GET", "$3\r\nGET\r\n"),
);
const binary = fc.oneof(
  hostile.map((parts) => parts.join("")),
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString("latin1")),
);
const named = fc.tuple(
  fc.constantFrom("GET", "get", "MGET", "ECHO", "x"),
  fc.array(binary, { maxLength: 12 }),
);
const cuts = fc.array(fc.nat({ max: 3000 }), { maxLength: 30 });

test("random pipelines of binary arguments come out as they went in, however they are cut", (t) => {
  fc.assert(
    fc.property(fc.array(named, { maxLength: 8 }), cuts, (pipeline, positions) => {
      const commands = pipeline.map(([name, args]) => [name, ...args]);
      const stream = bytes(commands.map((args) => command(...args)).join(""));
      const expected = commands.map((args) =>
        args.length === 2 && args[0]!.toLowerCase() === "get" ? [...args, "(get)"] : args,
      );
      t.deepEqual(read(cutAt(stream, positions)), { commands: expected, end: "more", pendingBytes: 0 });
    }),
    seeded(500),
  );
});

const rubbish = fc.oneof(
  hostile.map((parts) => bytes(parts.join(""))),
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  fc
    .tuple(fc.array(named, { minLength: 1, maxLength: 5 }), fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([pipeline, at, byte]) =>
      damaged(pipeline.map(([name, args]) => command(name, ...args)).join(""), at, byte),
    ),
);

function damaged(text: string, at: number, byte: number): Buffer {
  const stream = bytes(text);
  stream[at % stream.length] = byte;
  return stream;
}

test("rubbish ends in the same way however it is cut, and nothing throws", (t) => {
  const limits = { ...LIMITS, maxInlineBytes: 100, maxCommandBytes: 400 };
  fc.assert(
    fc.property(rubbish, cuts, (stream, positions) => {
      const whole = read([stream], limits);
      t.deepEqual(read(cutAt(stream, positions), limits), whole);
      t.deepEqual(read(pieces(stream, 1), limits), whole);
    }),
    seeded(1500),
  );
});

/** SEED=... in the environment replays a failure, whose report names it. */
function seeded(numRuns: number): { numRuns: number; seed?: number } {
  return process.env.SEED === undefined ? { numRuns } : { numRuns, seed: Number(process.env.SEED) };
}
