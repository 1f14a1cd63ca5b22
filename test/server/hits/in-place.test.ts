/**
 * Goal: a command that can be done in place is, and is called by its name; any other leaves no trace.
 * Method: a real group and real plain SETs, and commands read by the real reader.
 */
import test from "ava";
import { COMMAND, CommandReader } from "../../../proto/command-reader.ts";
import { GetRun } from "../../../proto/get-run.ts";
import { PlainChanges } from "../../../server/changes/plain-changes.ts";
import { PlainSets } from "../../../server/changes/plain-sets.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { Ahead } from "../../../server/hits/ahead.ts";
import { doInPlace } from "../../../server/hits/in-place.ts";
import { Output } from "../../../server/hits/output.ts";
import { RunHashes } from "../../../server/hits/run-hashes.ts";
import { command, LIMITS } from "../../proto/read-commands.ts";
import { createGroup } from "../fakes.ts";

function setUp() {
  const groups = new Groups([createGroup()]);
  const output = new Output();
  const heard = { groups, tracking: { isIdle: true }, watches: { isIdle: true } };
  const sets = new PlainSets(heard);
  const changes = new PlainChanges(heard);
  const conf = { maxKeyBytes: 100, loglevel: "notice" as const };
  const known = new RunHashes();
  const gets = new GetRun((found) => known.prepare(found, groups));
  const ahead = new Ahead(groups);
  const route = { ahead, groups, output, known, conf, sets, changes, clock: () => 1000, plainDone: () => {} };
  const state = { underWay: 0 };
  const client = (database: number) => {
    return { protocol: 2, session: { database }, outgoing: { replies: state.underWay } } as const;
  };
  const run = (database: number, ...words: string[]): readonly [name: string | undefined, reply: string] => {
    const reader = new CommandReader(LIMITS, gets);
    reader.push(Buffer.from(command(...words)));
    if (reader.next() !== COMMAND) throw new Error("no command");
    const name = doInPlace(reader, route, client(database));
    return [name, output.take(0).toString()];
  };
  return { run, state, route, client };
}

test("GET, MGET, a plain SET and commands of one key are done in place, and named", (t) => {
  const { run, state } = setUp();
  t.deepEqual(run(0, "SET", "scores:Tom", "630"), ["set", "+OK\r\n"]);
  t.deepEqual(run(0, "PSETEX", "scores:Bob", "9", "1"), ["psetex", "+OK\r\n"]);
  t.deepEqual(run(0, "GET", "scores:Tom"), ["get", "$3\r\n630\r\n"]);
  t.deepEqual(run(0, "MGET", "scores:Tom", "scores:Bob"), ["mget", "*2\r\n$3\r\n630\r\n$1\r\n1\r\n"]);
  t.deepEqual(run(0, "EXPIRE", "scores:Tom", "7"), ["expire", ":1\r\n"]);
  t.deepEqual(run(0, "PTTL", "scores:Tom"), ["pttl", ":7000\r\n"]);
  t.deepEqual(run(0, "UNLINK", "scores:Bob"), ["unlink", ":1\r\n"]);
  state.underWay = 1;
  t.deepEqual(
    run(0, "SET", "scores:Tom", "631"),
    [undefined, ""],
    "it would overtake a read on another thread",
  );
  t.deepEqual(run(0, "DEL", "scores:Tom"), [undefined, ""]);
  t.deepEqual(run(0, "GET", "scores:Tom"), ["get", "$3\r\n630\r\n"]);
  t.deepEqual(run(0, "EXISTS", "scores:Tom"), ["exists", ":1\r\n"]);
});

test("a miss, another command, and a SET or DEL in another database go the general way", (t) => {
  const { run } = setUp();
  t.deepEqual(run(0, "GET", "scores:Tom"), [undefined, ""]);
  t.deepEqual(run(0, "PERSIST", "scores:Tom"), [undefined, ""]);
  t.deepEqual(run(1, "DEL", "scores:Tom"), [undefined, ""]);
  t.deepEqual(run(1, "SET", "scores:Tom", "630"), [undefined, ""]);
  t.deepEqual(run(0, "GET", "scores:Tom"), [undefined, ""]);
});

test("keys are read ahead for the commands behind a plain one, and for none on a node that has no plain ones", (t) => {
  const { route, client } = setUp();
  const chunk = Buffer.from(
    command("SET", "scores:a", "1") + command("DEL", "scores:b") + command("DEL", "scores:c"),
  );
  const seen: number[] = [];
  route.groups.all[0]!.store.readAhead = (_hashes, from, to) => void seen.push(to - from);
  for (const plain of [{}, { sets: undefined, changes: undefined }]) {
    const reader = new CommandReader(LIMITS);
    reader.push(Buffer.from(chunk));
    while (reader.next() === COMMAND) doInPlace(reader, { ...route, ...plain }, client(0));
  }
  t.deepEqual(seen, [2]);
});
