/**
 * Goal: keyspace notifications are redis-server's, byte for byte: settings, names, classes and order.
 * Method: one client changes keys, another one listens, on both servers; then what only time, memory and members cause.
 */
import test from "ava";
import { NONE_LOADER } from "../../../server/loaders/none-loader.ts";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { keyAt, startMembers } from "../linked-members.ts";
import { type Rig, startRig } from "../rig.ts";
import { compareScript } from "./two-talkers.ts";

const compared = testWith(program("redis-server"));
const LISTEN = ["b: HELLO 3", "b: PSUBSCRIBE __key*"];
const set = (classes: string) => `a: CONFIG SET notify-keyspace-events ${classes}`;

/** The changes of strings and keys. */
const CHANGES = [
  ...["SET s v", "SET s v EX 100", "SET s v KEEPTTL", "SET s v NX", "SET n v NX", "SET n w XX GET", "GET s"],
  ...["SET s v", "GETDEL s", "GETDEL s", "SETEX s 100 v", "PSETEX s 100000 v"],
  ...["SETNX s v", "SETNX t v", "GETSET s w", "MSET a 1 b 2", "MSETNX a 1 c 2", "MSETNX c 1 d 2"],
  ...[
    "EXPIRE a 100",
    "PEXPIRE a 0",
    "EXPIRE nokey 1",
    "EXPIREAT b 1",
    "PERSIST c",
    "EXPIRE c 100",
    "PERSIST c",
  ],
  ...["EXPIRE c 9 GT", "EXPIRE c 9 LT", "GETEX c", "GETEX c EX 100", "GETEX c PERSIST", "GETEX c PXAT 1"],
  ...["DEL d s nokey", "UNLINK t", "UNLINK t", "SET r1 v", "RENAME r1 r2", "RENAMENX r2 r3", "COPY r3 r4"],
  ...["INCR i1", "INCRBY i1 5", "DECR i1", "INCRBYFLOAT i1 0.5", "INCR i1", "APPEND i2 x", "APPEND i2 y"],
  ...[
    "SETRANGE i3 1 x",
    "SETRANGE i3 1 y",
    "SETRANGE i3 0 z",
    "SETBIT i4 3 1",
    "SETBIT i4 3 0",
    "GETBIT i4 3",
  ],
  ...["COPY r3 r4", "COPY r3 r4 REPLACE", "RENAME r3 r3", "TOUCH r3", "FLUSHALL"],
].map((words) => `a: ${words.replaceAll(/\b([abcdnst]|[ir]\d|nokey)\b/g, "scores:$1")}`);

for (const classes of ["KEA", "KA", "E$", "Kg", "Ex", "A", ""]) {
  compared(`as redis-server: what happens to keys, with ${JSON.stringify(classes)}`, (t) => {
    const script = [...LISTEN, set(classes), "a: CONFIG GET notify-keyspace-events", ...CHANGES];
    return compareScript(t, classes === "" ? [...LISTEN, ...CHANGES] : script, NONE_LOADER);
  });
}

compared("as redis-server: settings, transactions and pipelines", (t) => {
  const script = [
    ...[...LISTEN, set("Ag$lshzxeKEtmd"), "a: CONFIG GET notify-keyspace-events", set("KEA")],
    "a: MULTI | SET scores:a 1 | EXPIRE scores:a 100 | DEL scores:a scores:b | EXEC",
    "a: SET scores:a 1 | GETDEL scores:a | SET scores:b 2 | PERSIST scores:b | DEL scores:b",
    ...[set("xKE"), "a: SET scores:a 1", "a: PEXPIRE scores:a 0", "a: SET scores:a 1"],
    ...["b: SUBSCRIBE __keyevent@0__:del", set("KEA"), "a: DEL scores:a"],
  ];
  return compareScript(t, script, NONE_LOADER);
});

/** A client that listens to these channels, and the events that it has heard. */
async function listener({ client }: Rig, pattern: string) {
  const raw = await client();
  raw.send(command("PSUBSCRIBE", pattern));
  await raw.until((text) => text.endsWith(":1\r\n"));
  raw.take();
  return raw;
}

const heard = (text: string) =>
  [...text.matchAll(/__:(\w+)\r\n\$\d+\r\n([^\r]+)/g)].map(([, event, key]) => `${event} ${key}`);

test("an entry that expires or is evicted is told, whether or not somebody asks for it", async (t) => {
  const rig = await startRig(t, ["notify-keyspace-events Exem", "maxmemory 2mb"]);
  const raw = await listener(rig, "__keyevent@0__:*");
  await rig.ask(["SET", "scores:brief", "v", "PX", "50"]);
  rig.clock.advance(60);
  await raw.until((text) => text.includes("brief"));
  t.deepEqual(heard(raw.take()), ["expired scores:brief"]);
  const fill = Array.from({ length: 400 }, (_, i) => ["SET", `scores:${i}`, "x".repeat(10_000)]);
  await rig.ask(...fill);
  await raw.until((text) => text.includes("evicted"));
  t.true(heard(raw.take()).every((line) => line.startsWith("evicted ")));
});

test("a GET that finds nothing and loads is a miss; the load is no event, but ends an entry that has expired", async (t) => {
  const rig = await startRig(t, ["notify-keyspace-events EAm", "group scores ttl 10s"]);
  rig.node.cache.stopWork();
  const raw = await listener(rig, "__keyevent@0__:*");
  await rig.ask(["GET", "scores:a"]);
  rig.clock.advance(20_000);
  await rig.ask(["GET", "scores:a"]);
  await rig.ask(["DEL", "scores:a"]);
  await raw.until((text) => text.includes(":del"));
  t.deepEqual(heard(raw.take()), [
    "keymiss scores:a",
    "keymiss scores:a",
    "expired scores:a",
    "del scores:a",
  ]);
});

test("clients of the member that owns the key hear of it, whichever member changes it", async (t) => {
  const rigs = await startMembers(t, 2, ["notify-keyspace-events EA"]);
  const [a, b] = rigs as [Rig, Rig];
  const [onA, onB] = [await listener(a, "__key*"), await listener(b, "__key*")];
  const [ofA, ofB] = [keyAt(a), keyAt(b)];
  for (const key of [ofA, ofB]) {
    await a.ask(["SET", key, "1"], ["EXPIRE", key, "100"], ["GETDEL", key], ["SET", key, "2"], ["DEL", key]);
    await b.ask(["SET", key, "1"], ["DEL", key, key]);
  }
  const events = (key: string) =>
    ["set", "expire", "del", "set", "del", "set", "del"].map((event) => `${event} ${key}`);
  for (const [raw, key] of [
    [onA, ofA],
    [onB, ofB],
  ] as const) {
    await raw.until((text) => heard(text).length >= events(key).length);
    t.deepEqual(heard(raw.take()), events(key));
  }
});

test("nobody hears of what a command that fails half-way has taken back", async (t) => {
  const lines = ["notify-keyspace-events EA", "eviction noeviction", "group scores maxmemory 8kb"];
  const rig = await startRig(t, lines);
  const value = "x".repeat(1000);
  for (let i = 100; (await rig.ask(["SET", `scores:${i}`, value])).startsWith("+"); i++);
  await rig.ask(["DEL", "scores:100"]);
  const raw = await listener(rig, "__keyevent@0__:*");
  t.regex(await rig.ask(["MSETNX", "scores:1", value, "scores:2", value]), /^-OOM/);
  t.is(await rig.ask(["MSETNX", "scores:1", value]), ":1\r\n");
  await raw.until((text) => text.includes("scores:1\r\n"));
  t.deepEqual(heard(raw.take()), ["set scores:1"]);
});
