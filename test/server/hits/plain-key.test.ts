/**
 * Goal: exactly the plain commands of one key are done in place, with Redis' replies; all else leaves no trace.
 * Method: commands read by the real reader, and changes that note what they are asked to do.
 */
import test from "ava";
import { COMMAND, CommandReader } from "../../../proto/command-reader.ts";
import { NOT_PLAIN, type PlainChanges } from "../../../server/changes/plain-changes.ts";
import { Output } from "../../../server/hits/output.ts";
import type { PlainRoute } from "../../../server/hits/plain.ts";
import { keyInPlace } from "../../../server/hits/plain-key.ts";
import { ShardLockedError } from "../../../server/store/lock.ts";
import { command, LIMITS } from "../../proto/read-commands.ts";

interface Options {
  /** What the changes answer. */
  readonly answer?: number;
  readonly loglevel?: PlainRoute<object>["conf"]["loglevel"];
  readonly underWay?: number;
}

function setUp({ answer = 1, loglevel = "notice", underWay = 0 }: Options = {}) {
  const asked: string[] = [];
  const note = (what: string, chunk: Uint8Array, start: number, end: number) => {
    const key = Buffer.from(chunk.subarray(start, end)).toString("latin1");
    if (key === "locked") throw new ShardLockedError();
    asked.push(`${what} ${key}`);
    return answer;
  };
  const changes: Pick<PlainChanges, "lifeOf" | "remove" | "expire"> = {
    lifeOf: (chunk, start, end) => note("look", chunk, start, end),
    remove: (chunk, start, end) => note("remove", chunk, start, end),
    expire: (chunk, start, end, ttlMs, clockMs) =>
      note(`expire in ${ttlMs} from ${clockMs}`, chunk, start, end),
  };
  const output = new Output();
  const told: string[] = [];
  let now = 0;
  const route = {
    output,
    conf: { maxKeyBytes: 10, loglevel },
    changes,
    clock: () => now++,
    plainDone: (_client: object, name: string, said: Pick<CommandReader, "args">, ms: number) =>
      told.push(`${name} ${said.args().length} words, ${ms} ms`),
  };
  /** The name and the reply; undefined when the command has to go the general way. */
  const run = (...words: string[]): string | undefined => {
    const reader = new CommandReader(LIMITS);
    reader.push(Buffer.from(command(...words), "latin1"));
    if (reader.next() !== COMMAND) throw new Error("no command");
    const name = keyInPlace(reader, route, { outgoing: { replies: underWay } });
    const reply = output.take(0).toString("latin1");
    return name !== undefined ? `${name} ${reply}` : reply === "" ? undefined : `left behind: ${reply}`;
  };
  return { asked, told, run };
}

const PLAIN: readonly (readonly [words: string[], name: string, asked: string])[] = [
  [["DEL", "k"], "del", "remove k"],
  [["unLink", "k\xff\r\n"], "unlink", "remove k\xff\r\n"],
  [["exists", ""], "exists", "look "],
  [["EXPIRE", "k", "12"], "expire", "expire in 12000 from 0 k"],
  [["expire", "k", "999999999"], "expire", "expire in 999999999000 from 0 k"],
  [["PEXPIRE", "k", "12"], "pexpire", "expire in 12 from 0 k"],
];

for (const [words, name, what] of PLAIN) {
  test(`${words.join(" ").replace(/[^ -~]/g, "?")} is done in place`, (t) => {
    const { asked, told, run } = setUp();
    t.is(run(...words), `${name} :1\r\n`);
    t.deepEqual(asked, [what]);
    t.deepEqual(told, [`${name} ${words.length} words, 1 ms`]);
    if (name !== "exists") t.is(setUp({ answer: 0 }).run(...words), `${name} :0\r\n`);
  });
}

const LIVES: readonly (readonly [ms: number, exists: number, ttl: number, pttl: number])[] = [
  [-2, 0, -2, -2],
  [-1, 1, -1, -1],
  [0, 1, 0, 0],
  [0.25, 1, 0, 1],
  [499, 1, 0, 499],
  [499.5, 1, 1, 500],
  [1499, 1, 1, 1499],
  [1500, 1, 2, 1500],
  [2 ** 31 * 1000, 1, 2 ** 31, 2 ** 31 * 1000],
  [15_778_800_000_000, 1, 15_778_800_000, 15_778_800_000_000],
];

test("a lifetime is rounded as Redis rounds it", (t) => {
  for (const [answer, exists, ttl, pttl] of LIVES) {
    const { run } = setUp({ answer });
    t.is(run("EXISTS", "k"), `exists :${exists}\r\n`);
    t.is(run("TTL", "k"), `ttl :${ttl}\r\n`);
    t.is(run("PTTL", "k"), `pttl :${pttl}\r\n`);
  }
});

const OTHERS: readonly string[][] = [
  ["DEL"],
  ["DEL", "a", "b"],
  ["EXISTS", "a", "b"],
  ["TTL", "a", "b"],
  ["DELS", "a"],
  ["TOUCH", "a"],
  ["TYPE", "a"],
  ["DUMP", "a"],
  ["EXPIRE", "a"],
  ["EXPIRE", "a", "0"],
  ["EXPIRE", "a", "-1"],
  ["EXPIRE", "a", "01"],
  ["EXPIRE", "a", "+1"],
  ["PEXPIRE", "a", ""],
  ["EXPIRE", "a", "1.5"],
  ["EXPIRE", "a", "1234567890"],
  ["EXPIRE", "a", "10", "NX"],
  ["EXPIREAT", "a", "10"],
  ["PERSIST", "a"],
  ["DEL", "\0k"],
  ["DEL", "longer than ten"],
  ["TTL", "longer than ten"],
];

for (const words of OTHERS) {
  test(`${words.join(" ").replace(/[^ -~]/g, "?")} goes the general way`, (t) => {
    const { asked, run } = setUp();
    t.is(run(...words), undefined);
    t.deepEqual(asked, []);
  });
}

test("while a reply is owed, looks are done in place and changes are not", (t) => {
  const { asked, run } = setUp({ underWay: 1 });
  t.is(run("EXISTS", "k"), "exists :1\r\n");
  for (const words of [
    ["DEL", "k"],
    ["UNLINK", "k"],
    ["EXPIRE", "k", "1"],
  ])
    t.is(run(...words), undefined);
  t.deepEqual(asked, ["look k"]);
});

test("what cannot be done plainly, whose shard stays locked, or is logged one by one, goes the general way", (t) => {
  const all = [["DEL"], ["EXISTS"], ["TTL"], ["PTTL"], ["EXPIRE", "1"]] as const;
  for (const [name, ...rest] of all) {
    t.is(setUp({ answer: NOT_PLAIN }).run(name, "k", ...rest), undefined, name);
    const { asked, run } = setUp({ loglevel: "debug" });
    t.is(run(name, "k", ...rest), undefined, name);
    t.deepEqual(asked, []);
  }
  t.is(setUp().run("DEL", "locked"), undefined);
  t.is(setUp().run("EXPIRE", "locked", "1"), undefined);
});
