/**
 * Goal: COMMAND tells clients what they rely on: replies of Redis' shapes, the places of keys, the right count.
 * Method: replies as ioredis decodes them; arity, flags, places and flags of keys compared with a real redis-server's
 * table; and redis-cli, which reads COMMAND DOCS before it takes a line.
 */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import test from "ava";
import type { Command } from "../../../server/commands/command.ts";
import { COMMANDS } from "../../../server/commands/table.ts";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { bulk, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const compared = testWith(program("redis-server"));
const withCli = testWith(program("redis-cli"));

type Entry = [
  name: string,
  arity: number,
  flags: string[],
  first: number,
  last: number,
  step: number,
  ...unknown[],
];

test("COMMAND has an entry of ten elements for each command, and COUNT counts them", async (t) => {
  const redis = (await startRig(t)).redis5();
  const entries = (await redis.call("COMMAND")) as unknown as Entry[];
  t.deepEqual(
    entries.map(([name]) => name),
    [...COMMANDS.keys()],
  );
  t.true(entries.every((entry) => entry.length === 10));
  t.is(await redis.call("COMMAND", "COUNT"), COMMANDS.size);
  const mget = entries.find(([name]) => name === "mget")!;
  t.deepEqual(mget.slice(0, 7), ["mget", -2, ["readonly", "fast"], 1, -1, 1, ["@read", "@string", "@fast"]]);
  const client = entries.find(([name]) => name === "client")!;
  t.true((client[9] as Entry[]).some(([name]) => name === "client|list"));
});

test("INFO keeps the order, knows subcommands, and has null for an unknown name", async (t) => {
  const { redis5, ask, ask3 } = await startRig(t);
  const entries = (await redis5().call("COMMAND", "INFO", "GET", "nosuch", "client|id")) as (Entry | null)[];
  t.deepEqual(
    entries.map((entry) => entry?.slice(0, 2) ?? null),
    [["get", 2], null, ["client|id", 2]],
  );
  t.is(await ask(["COMMAND", "INFO", "nosuch"]), "*1\r\n$-1\r\n");
  t.regex(
    await ask3(["COMMAND", "INFO", "get"]),
    /^\*1\r\n\*10\r\n\$3\r\nget\r\n:2\r\n~2\r\n\+readonly\r\n\+fast\r\n:1\r\n:1\r\n:1\r\n~3/,
  );
});

test("DOCS is a map of maps; unknown names are left out", async (t) => {
  const { redis, ask3 } = await startRig(t);
  const docs = (await redis().call("COMMAND", "DOCS", "get", "nosuch", "config")) as unknown[];
  t.deepEqual([docs.length, docs[0], docs[2]], [4, "get", "config"]);
  t.regex(await ask3(["COMMAND", "DOCS", "get", "nosuch"]), /^%1\r\n\$3\r\nget\r\n%3\r\n\$7\r\nsummary\r\n/);
  t.regex(await ask3(["COMMAND", "DOCS"]), new RegExp(`^%${COMMANDS.size}\r\n`));
  t.regex(await ask3(["COMMAND", "DOCS", "carrot.stats"]), /\$5\r\ngroup\r\n\$6\r\nmodule\r\n/);
});

test("LIST is all names, or the names of a pattern or a category", async (t) => {
  const redis = (await startRig(t)).redis5();
  const names = [...COMMANDS.values()].flatMap(({ name, subcommands }) =>
    subcommands === undefined
      ? [name]
      : [name, ...[...subcommands.values()].map((sub) => sub.name), `${name}|help`],
  );
  t.deepEqual(await redis.call("COMMAND", "LIST"), names);
  t.deepEqual(
    await redis.call("COMMAND", "LIST", "FILTERBY", "PATTERN", "*GET"),
    names.filter((name) => name.endsWith("get")),
  );
  t.deepEqual(await redis.call("COMMAND", "LIST", "FILTERBY", "PATTERN", "ECHO|*"), []);
  t.deepEqual(
    await redis.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "string"),
    [...COMMANDS.values()].filter(({ group }) => group === "string").map(({ name }) => name),
  );
});

/** Not a command of carrotCache alone, nor one of a later Redis or Valkey. */
function isInRedis7({ name, since }: Command): boolean {
  return !name.startsWith("carrot.") && Number.parseFloat(since) <= 7;
}

/** Name, arity, flags and places of keys, with which each entry of a reply to COMMAND INFO begins. */
const HEADS =
  /\*10\r\n\$\d+\r\n([a-z_-]+)\r\n:(-?\d+)\r\n\*\d+\r\n((?:\+[a-z_]+\r\n)*):(\d+)\r\n:(-?\d+)\r\n:(\d+)\r\n/g;

compared("arity, places of keys and the flags that matter to clients are Redis' own", async (t) => {
  const redis = await RedisServer.start();
  t.teardown(() => redis.stop());
  const names = [...COMMANDS.values()].filter(isInRedis7).map(({ name }) => name);
  const request = command("COMMAND", "INFO", ...names);
  const headsOf = (reply: string) =>
    [...reply.matchAll(HEADS)].map(([, name, arity, flags, first, last, step]) => {
      const told = flags!.split("\r\n").filter((flag) => ["+readonly", "+write"].includes(flag));
      return [name, arity, told, first, last, step].join(" ");
    });
  const theirs = headsOf((await redis.answer(Buffer.from(request))).toString("latin1"));
  const ours = headsOf(await (await (await startRig(t)).client()).all(request));
  const known = new Set(theirs.map((head) => head.split(" ")[0]));
  t.deepEqual(
    ours.filter((head) => known.has(head.split(" ")[0])),
    theirs,
  );
  const unknown = names.filter((name) => !known.has(name));
  for (const name of unknown) t.true(COMMANDS.get(name)!.since > "7.0.15", name);
});

const WITH_KEYS = [
  ...[
    "GET a",
    "MGET a b",
    "EXISTS a",
    "TTL a",
    "PTTL a",
    "STRLEN a",
    "DEL a b",
    "UNLINK a",
    "SET a b",
    "SET a b GET",
  ],
  ...[
    "set a b nx Get",
    "SETEX a 1 b",
    "PSETEX a 1 b",
    "SETNX a b",
    "GETSET a b",
    "MSET a b c d",
    "GETEX a",
    "GETDEL a",
  ],
  ...[
    "GETRANGE a 0 1",
    "SUBSTR a 0 1",
    "EXPIRE a 1",
    "PEXPIRE a 1",
    "EXPIREAT a 1",
    "PEXPIREAT a 1",
    "PERSIST a",
  ],
  ...[
    "EXPIRETIME a",
    "PEXPIRETIME a",
    "TOUCH a",
    "TYPE a",
    "OBJECT ENCODING a",
    "MEMORY USAGE a",
    "WATCH a b",
    "MSETNX a 1 b 2",
    "RENAME a b",
    "RENAMENX a b",
    "COPY a b REPLACE",
    "LCS a b LEN",
  ],
  ...["PING x", "SSUBSCRIBE a", "SPUBLISH a b", "FOO a", "GET a b", "GET"],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} GETKEYSANDFLAGS is redis-server's`, async (t) => {
    await compareWithRedis(
      t,
      protocol,
      WITH_KEYS.map((words) => `COMMAND GETKEYSANDFLAGS ${words}`),
    );
  });
}

test("GETKEYSANDFLAGS says RO for a command that only looks", async (t) => {
  const { ask } = await startRig(t);
  t.is(await ask(["COMMAND", "GETKEYSANDFLAGS", "EXISTS", "a"]), `*1\r\n*2\r\n${bulk("a")}*1\r\n+RO\r\n`);
});

for (const dialect of ["-2", "-3"]) {
  withCli(`redis-cli ${dialect} reads the docs and works`, async (t) => {
    const { port } = await startRig(t);
    const args = dialect === "-3" ? ["-3"] : [];
    const cli = spawn("redis-cli", ["-p", String(port), ...args], { stdio: ["pipe", "pipe", "inherit"] });
    cli.stdin.end("GET scores:Tom\nCOMMAND DOCS get\nCLIENT NO-EVICT x\n");
    const output = await text(cli.stdout);
    t.regex(output, /^value of Tom\n/);
    t.regex(output, /summary/);
    t.regex(output, /ERR syntax error/);
  });
}
