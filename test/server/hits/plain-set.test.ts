/**
 * Goal: exactly the plain SETs are done in place, with the bytes and the lifetime that the client has said; all else leaves
 * no trace.
 * Method: commands read by the real reader, and a store of sets that notes what it is asked to do.
 */
import test from "ava";
import { COMMAND, CommandReader } from "../../../proto/command-reader.ts";
import type { PlainSets } from "../../../server/changes/plain-sets.ts";
import { Output } from "../../../server/hits/output.ts";
import { type SetRoute, setInPlace } from "../../../server/hits/plain-set.ts";
import { ShardLockedError } from "../../../server/store/lock.ts";
import { command, LIMITS } from "../../proto/read-commands.ts";

interface Options {
  readonly takes?: boolean;
  readonly loglevel?: SetRoute<typeof TOM>["conf"]["loglevel"];
}

const TOM = { name: "Tom", outgoing: { replies: 0 } };

function setUp({ takes = true, loglevel = "notice" }: Options = {}) {
  const asked: string[] = [];
  const set: PlainSets["set"] = (chunk, keyStart, keyEnd, valueStart, valueEnd, ttlMs, clockMs) => {
    const text = (from: number, to: number) => Buffer.from(chunk.subarray(from, to)).toString("latin1");
    if (text(keyStart, keyEnd) === "locked") throw new ShardLockedError();
    asked.push(`${text(keyStart, keyEnd)}=${text(valueStart, valueEnd)} ${ttlMs} at ${clockMs}`);
    return takes;
  };
  const output = new Output();
  const told: string[] = [];
  let now = 0;
  const route: SetRoute<typeof TOM> = {
    output,
    conf: { maxKeyBytes: 10, loglevel },
    sets: { set } as PlainSets,
    clock: () => now++,
    plainDone: (client, name, said, ms) =>
      told.push(`${client.name}: ${name} ${said.args().length} words, ${ms} ms`),
  };
  /** The name and the reply; undefined when the command has to go the general way. */
  const run = (...words: string[]): string | undefined => {
    const reader = new CommandReader(LIMITS);
    reader.push(Buffer.from(command(...words), "latin1"));
    if (reader.next() !== COMMAND) throw new Error("no command");
    const name = setInPlace(reader, route, TOM);
    const reply = output.take(0).toString("latin1");
    return name !== undefined ? `${name} ${reply}` : reply === "" ? undefined : `left behind: ${reply}`;
  };
  return { asked, told, run };
}

const PLAIN: readonly (readonly [words: string[], name: string, asked: string])[] = [
  [["SET", "k", "v"], "set", "k=v undefined at 0"],
  [["set", "", ""], "set", "= undefined at 0"],
  [["sEt", "k\xff", "\0\r\n"], "set", "k\xff=\0\r\n undefined at 0"],
  [["SET", "k", "v", "EX", "12"], "set", "k=v 12000 at 0"],
  [["SET", "k", "v", "px", "999999999"], "set", "k=v 999999999 at 0"],
  [["SETEX", "k", "7", "v"], "setex", "k=v 7000 at 0"],
  [["psetex", "k", "7", "v"], "psetex", "k=v 7 at 0"],
];

for (const [words, name, what] of PLAIN) {
  test(`${words.join(" ").replace(/[^ -~]/g, "?")} is done in place`, (t) => {
    const { asked, told, run } = setUp();
    t.is(run(...words), `${name} +OK\r\n`);
    t.deepEqual(asked, [what]);
    t.deepEqual(told, [`Tom: ${name} ${words.length} words, 1 ms`]);
  });
}

const OTHERS: readonly string[][] = [
  ["SET", "k"],
  ["SAT", "k", "v"],
  ["SE\x14", "k", "v"],
  ["SETX", "k", "v"],
  ["SET", "k", "v", "NX"],
  ["SET", "k", "v", "EXAT", "12"],
  ["SET", "k", "v", "NX", "EX", "12"],
  ["SET", "k", "v", "EX", "0"],
  ["SET", "k", "v", "EX", "01"],
  ["SET", "k", "v", "EX", "-1"],
  ["SET", "k", "v", "EX", "1.5"],
  ["SET", "k", "v", "EX", ""],
  ["SET", "k", "v", "EX", "1234567890"],
  ["SETEX", "k", "x", "v"],
  ["SETNX", "k", "v"],
  ["SET", "\0k", "v"],
  ["SET", "longer than ten", "v"],
  ["APPEND", "k", "v"],
  ["PSETEX", "k", "v"],
];

for (const words of OTHERS) {
  test(`${words.join(" ").replace(/[^ -~]/g, "?")} goes the general way`, (t) => {
    const { asked, run } = setUp();
    t.is(run(...words), undefined);
    t.deepEqual(asked, []);
  });
}

test("a SET whose shard stays locked goes the general way, which has an error for it", (t) => {
  t.is(setUp().run("SET", "locked", "v"), undefined);
});

test("a SET that cannot be done plainly, or while each command is logged, goes the general way", (t) => {
  t.is(setUp({ takes: false }).run("SET", "k", "v"), undefined);
  const { asked, run } = setUp({ loglevel: "debug" });
  t.is(run("SET", "k", "v"), undefined);
  t.deepEqual(asked, []);
});
