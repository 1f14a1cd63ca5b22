/**
 * Goal: a run gives the GETs in the bytes, each once, in order, whatever another reader takes in between.
 * Method: runs of lengths around the maximum; two readers that take turns; a spy in place of `prepare`.
 */
import test from "ava";
import type { ReaderLimits } from "../../proto/command-header.ts";
import { COMMAND, CommandReader } from "../../proto/command-reader.ts";
import { protocolErrors } from "../../proto/error-texts.ts";
import { GetRun, MAX_RUN } from "../../proto/get-run.ts";
import { bytes, command, LIMITS } from "./read-commands.ts";

const gets = (count: number, name = "k") =>
  Array.from({ length: count }, (_, i) => command("GET", `${name}${i}`)).join("");

/** The keys that a run says it has. */
function keysIn({ bytes: chunk, count, keyStart, keyEnd }: GetRun): string[] {
  return Array.from({ length: count }, (_, i) => chunk.toString("latin1", keyStart[i], keyEnd[i]));
}

/** Reads all commands; each as its words and its number in the run. */
function readAll(reader: CommandReader): [string, number][] {
  const found: [string, number][] = [];
  while (reader.next() === COMMAND) found.push([reader.args().join(" "), reader.runAt]);
  return found;
}

test("GETs one behind the other are prepared once and taken one by one", (t) => {
  const prepared: string[][] = [];
  const reader = new CommandReader(LIMITS, new GetRun((run) => prepared.push(keysIn(run))));
  reader.push(bytes(gets(3) + command("PING") + gets(2, "x")));
  t.deepEqual(readAll(reader), [
    ["GET k0", 0],
    ["GET k1", 1],
    ["GET k2", 2],
    ["PING", -1],
    ["GET x0", 0],
    ["GET x1", 1],
  ]);
  t.deepEqual(prepared, [
    ["k0", "k1", "k2"],
    ["x0", "x1"],
  ]);
});

test("more GETs than a run can have are found in several runs", (t) => {
  for (const count of [MAX_RUN - 1, MAX_RUN, MAX_RUN + 1, 3 * MAX_RUN + 5]) {
    const lengths: number[] = [];
    const reader = new CommandReader(LIMITS, new GetRun((run) => lengths.push(run.count)));
    reader.push(bytes(gets(count)));
    t.deepEqual(
      readAll(reader).map(([words]) => words),
      Array.from({ length: count }, (_, i) => `GET k${i}`),
    );
    t.is(
      lengths.reduce((sum, length) => sum + length),
      count,
    );
    t.is(lengths.length, Math.ceil(count / MAX_RUN));
  }
});

test("a GET that is cut belongs to no run", (t) => {
  const stream = gets(3);
  for (let cut = 1; cut < stream.length; cut++) {
    const reader = new CommandReader(LIMITS, new GetRun());
    reader.push(bytes(stream.slice(0, cut)));
    const before = readAll(reader);
    reader.push(bytes(stream.slice(cut)));
    const all = [...before, ...readAll(reader)];
    t.deepEqual(
      all.map(([words]) => words),
      ["GET k0", "GET k1", "GET k2"],
    );
    const isCut = cut % (stream.length / 3) !== 0;
    t.is(all.filter(([, runAt]) => runAt < 0).length, isCut ? 1 : 0, `cut at ${cut}`);
  }
});

test("readers that share a run do not take each other's GETs", (t) => {
  let finds = 0;
  const run = new GetRun(() => finds++);
  const readers = ["a", "b"].map((name) => {
    const reader = new CommandReader(LIMITS, run);
    reader.push(bytes(gets(5, name)));
    return reader;
  });
  const found: string[] = [];
  for (let i = 0; i < 5; i++) {
    for (const reader of readers) {
      t.is(reader.next(), COMMAND);
      t.is(reader.runAt, 0);
      found.push(reader.args().join(" "));
    }
  }
  t.deepEqual(
    found,
    [0, 1, 2, 3, 4].flatMap((i) => [`GET a${i}`, `GET b${i}`]),
  );
  t.is(finds, 10);
});

test("readers that are given the same bytes each read them from the beginning", (t) => {
  const run = new GetRun();
  const chunk = bytes(gets(5));
  const [one, other] = [new CommandReader(LIMITS, run), new CommandReader(LIMITS, run)];
  one.push(chunk);
  one.next();
  one.next();
  other.push(chunk);
  const expected = [0, 1, 2, 3, 4].map((i) => `GET k${i}`);
  t.deepEqual(
    readAll(other).map(([words]) => words),
    expected,
  );
  t.deepEqual(
    readAll(one).map(([words]) => words),
    expected.slice(2),
  );
});

test("a GET just within a limit is found in a run, one beyond it goes the general way", (t) => {
  /** The numbers in a run of two GETs, whose keys have so many bytes; or the error. */
  const runAts = (keyBytes: number, limits: Partial<ReaderLimits>) => {
    const reader = new CommandReader({ ...LIMITS, ...limits }, new GetRun());
    reader.push(bytes(command("GET", "x".repeat(keyBytes)).repeat(2)));
    const found = readAll(reader).map(([, runAt]) => runAt);
    return reader.error === "" ? found : reader.error;
  };
  const length = command("GET", "x".repeat(20_000)).length;
  const cases: [number, Partial<ReaderLimits>, number[] | string][] = [
    [10, { maxBulkBytes: 10 }, [0, 1]],
    [11, { maxBulkBytes: 10 }, "Protocol error: invalid bulk length"],
    [20_000, { maxCommandBytes: length }, [0, 1]],
    [20_000, { maxCommandBytes: length - 1 }, protocolErrors.commandTooLong(length - 1)],
    [3, { maxArgs: 2 }, [0, 1]],
    [0, { maxArgs: 1 }, "Protocol error: invalid multibulk length"],
    [16_384, { unauthenticated: true }, [0, 1]],
    [16_385, { unauthenticated: true }, "Protocol error: unauthenticated bulk length"],
    [16_385, {}, [0, 1]],
    [11, { unauthenticated: true, maxBulkBytes: 10 }, "Protocol error: invalid bulk length"],
  ];
  for (const [keyBytes, limits, expected] of cases)
    t.deepEqual(runAts(keyBytes, limits), expected, JSON.stringify([keyBytes, limits]));
});

test("a run ends before a GET that the chunk cuts", (t) => {
  const run = new GetRun();
  for (const cut of [1, 3, 4, 6]) {
    const stream = gets(2) + command("GET", "cut");
    const reader = new CommandReader(LIMITS, run);
    reader.push(bytes(stream.slice(0, -cut)));
    t.deepEqual(readAll(reader), [
      ["GET k0", 0],
      ["GET k1", 1],
    ]);
    reader.push(bytes(stream.slice(-cut) + gets(1)));
    t.deepEqual(readAll(reader), [
      ["GET cut", -1],
      ["GET k0", 0],
    ]);
  }
});

test("new limits hold for GETs that were found already", (t) => {
  const reader = new CommandReader(LIMITS, new GetRun());
  reader.push(bytes(gets(2) + command("GET", "key 123456")));
  t.is(reader.next(), COMMAND);
  reader.limits = { ...LIMITS, maxBulkBytes: 5 };
  t.is(reader.next(), COMMAND);
  t.not(reader.next(), COMMAND);
  t.is(reader.error, "Protocol error: invalid bulk length");
});

test("taking the last GET of a run gives up the bytes", (t) => {
  const run = new GetRun();
  const reader = new CommandReader(LIMITS, run);
  reader.push(bytes(gets(2)));
  reader.next();
  t.true(run.bytes.length > 0);
  reader.next();
  t.is(run.bytes.length, 0);
});
