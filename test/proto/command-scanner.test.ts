/**
 * Goal: the reader decides on framing and limits as redis-server does, except where carrotCache is stricter on purpose.
 * Method: recorded exchanges as a table, each fed whole, byte by byte, and cut in two at every position; then the limits
 * that only carrotCache has.
 */
import test from "ava";
import type { ReaderLimits } from "../../proto/command-header.ts";
import { CommandInput } from "../../proto/command-input.ts";
import { CommandScanner } from "../../proto/command-scanner.ts";
import { GetRun } from "../../proto/get-run.ts";
import { type ProtocolCase, protocolCases, unauthenticatedCases } from "./protocol-cases.ts";
import { bytes, command, cutAt, LIMITS, pieces, read } from "./read-commands.ts";

/** How the reader must end: with the protocol error at the end of Redis' reply, else as Redis, which closed or waited. */
function expectedEnd(recorded: ProtocolCase): string {
  const error = /-ERR (Protocol error: .*)\r\n$/.exec(recorded.reply)?.[1];
  return recorded.own ?? error ?? (recorded.closes ? "drop" : "more");
}

function holdsFor(recorded: ProtocolCase, limits: ReaderLimits, name: string): void {
  test(`decides as recorded: ${name}`, (t) => {
    const stream = bytes(recorded.request);
    const whole = read([stream], limits);
    t.is(whole.end, expectedEnd(recorded));
    const answers = recorded.reply.split(/\+PONG|-ERR unknown command/).length - 1;
    // A dropped client loses its replies, so there is no counting them.
    if (recorded.own === undefined && whole.end !== "drop") t.is(whole.commands.length, answers);
    t.deepEqual(read(pieces(stream, 1), limits), whole);
    const step = Math.max(1, Math.floor(stream.length / 300));
    for (let at = 1; at < stream.length; at += step) t.deepEqual(read(cutAt(stream, [at]), limits), whole);
  });
}

for (const recorded of protocolCases) holdsFor(recorded, LIMITS, recorded.name);
for (const recorded of unauthenticatedCases) {
  holdsFor(recorded, { ...LIMITS, unauthenticated: true }, `unauthenticated, ${recorded.name}`);
}

/** Streams of right commands, to be cut anywhere. */
const streams: Record<string, string> = {
  "one GET": command("GET", "k"),
  "GETs in any case": command("get", "a") + command("GeT", "") + command("GET", "key:000001"),
  "GET by other names":
    command("GETX", "a") + command("GE\xb4", "a") + command("GET") + command("GET", "a", "b"),
  "keys of line ends": command("GET", "\r\n") + command("GET", "\r\n$1\r\na\r\n") + command("GET", "*2\r\n"),
  "many arguments": command("MGET", ...Array.from({ length: 40 }, (_, i) => `key:${i}`)) + command("PING"),
  "empty commands between": `\r\n*0\r\n${command("PING")}*-1\r\n\n  \r\n${command("GET", "a")}*0\r\n`,
  "inline and arrays": `PING\r\n${command("GET", "a")}get "a b"\nget\r\nGET x\r\n${command("ECHO", "x")}`,
  unfinished: `${command("GET", "a")}*3\r\n$3\r\nSET\r\n$5\r\nab`,
};

for (const [name, text] of Object.entries(streams)) {
  test(`finds the same commands wherever a stream is cut: ${name}`, (t) => {
    const stream = bytes(text);
    const whole = read([stream]);
    t.is(whole.end, "more");
    t.deepEqual(read(pieces(stream, 1)), whole);
    for (let a = 1; a < stream.length; a++) {
      t.deepEqual(read(cutAt(stream, [a])), whole);
      t.deepEqual(read(cutAt(stream, [a, a + 1, a + 5])), whole);
    }
  });
}

test("marks a GET of one key, in any case and however it is sent", (t) => {
  const { commands } = read([
    bytes(`${command("gEt", "k")}get k\r\n${command("GET", "k", "l")}${command("SET", "k")}`),
  ]);
  t.deepEqual(commands, [
    ["gEt", "k", "(get)"],
    ["get", "k", "(get)"],
    ["GET", "k", "l"],
    ["SET", "k"],
  ]);
});

test("refuses a command that is longer than allowed as soon as that is announced", (t) => {
  const limits = { ...LIMITS, maxCommandBytes: 100 };
  const tooLong = "Protocol error: command is too long (max 100 bytes)";
  const overhead = command("GET", "0123456789").length - 10;
  const longest = command("GET", "k".repeat(100 - overhead));
  t.is(read([bytes(longest)], limits).commands.length, 1);
  t.is(read([bytes(command("GET", "k".repeat(101 - overhead)))], limits).end, tooLong);
  t.is(read([bytes("*2\r\n$3\r\nGET\r\n$101\r\n")], limits).end, tooLong);
  t.is(read([bytes(`*50\r\n${"$1\r\na\r\n".repeat(20)}`)], limits).end, tooLong);
  t.is(
    read([bytes(longest + longest + longest)], limits).commands.length,
    3,
    "each command counts by itself",
  );
});

test("holds a GET to the same limits as any other command", (t) => {
  t.is(read([bytes(command("GET", "four"))], { ...LIMITS, maxBulkBytes: 4 }).commands.length, 1);
  t.is(
    read([bytes(command("GET", "fives"))], { ...LIMITS, maxBulkBytes: 4 }).end,
    "Protocol error: invalid bulk length",
  );
  t.is(
    read([bytes(command("GET", "k"))], { ...LIMITS, maxArgs: 1 }).end,
    "Protocol error: invalid multibulk length",
  );
});

test("the limit of an inline command counts the bytes before its LF", (t) => {
  const limits = { ...LIMITS, maxInlineBytes: 10 };
  t.is(read([bytes("PING 67890\n")], limits).commands.length, 1);
  t.is(read([bytes("PING 6789\r\n")], limits).commands.length, 1);
  t.is(read([bytes("PING 678901\n")], limits).end, "Protocol error: too big inline request");
});

test("room for many arguments is given back with the next command", (t) => {
  const input = new CommandInput();
  const scanner = new CommandScanner(input, new GetRun());
  input.push(bytes(command("MGET", ...Array.from({ length: 5000 }, () => "k")) + command("PING")));
  t.true(scanner.scan(LIMITS));
  t.is(scanner.argc, 5001);
  t.true(scanner.argStart.length >= 5001);
  t.true(scanner.scan(LIMITS));
  t.is(scanner.argc, 1);
  t.true(scanner.argStart.length <= 1024);
  t.false(scanner.scan(LIMITS), "there is no third command");
});

test("a line that comes byte by byte is searched once", (t) => {
  for (const line of [`*${"1".repeat(2000)}`, "A".repeat(2000)]) {
    let reads = 0;
    const counting = new Proxy(bytes(line), {
      get(target, index) {
        reads++;
        return Reflect.get(target, index);
      },
    });
    const input = { bytes: counting, start: 0, end: 0 };
    const scanner = new CommandScanner(input as unknown as CommandInput, new GetRun());
    for (input.end = 1; input.end < line.length; input.end++) t.false(scanner.scan(LIMITS));
    t.true(reads < 30 * line.length, `${reads} reads of ${line.length} bytes`);
  }
});
