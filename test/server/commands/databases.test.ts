/**
 * Goal: the databases of SELECT are name spaces of their own, as in Redis, on one node and in a cluster.
 * Method: pipelines compared with redis-server byte for byte; a node whose loader notes what it is asked; three linked
 * members. Keys with a zero byte in front are among them, because databases are told apart by such a byte inside.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { startMembers } from "../linked-members.ts";
import { bulk, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const PIPELINES = [
  "SET a zero | SELECT 1 | GET a | SET a one | GET a | SELECT 0 | GET a | DBSIZE | SELECT 1 | DBSIZE",
  "SELECT 15 | SET k v | GET k | STRLEN k | TTL k | EXPIRE k 100 | TTL k | TYPE k | OBJECT ENCODING k | GETDEL k | EXISTS k",
  "SELECT 16 | GET k",
  "SELECT -1 | SELECT x | SELECT 1 2 | SELECT 007",
  "SELECT 2 | MSET a 1 b 2 | MGET a b c | SELECT 3 | MGET a b c",
  "SELECT 2 | SET k v | SELECT 0 | FLUSHDB | SELECT 2 | GET k | FLUSHDB | GET k",
  "SELECT 2 | SET k v | SELECT 0 | SET k w | SELECT 2 | FLUSHDB | DBSIZE | SELECT 0 | GET k | DBSIZE",
  "SELECT 2 | SET k v | FLUSHALL | DBSIZE | SELECT 0 | DBSIZE",
  "SELECT 4 | SET only 1 | KEYS o* | KEYS x* | KEYS * | RANDOMKEY | SCAN 0 COUNT 100000 | SCAN 0 MATCH on* COUNT 100000",
  "SELECT 4 | SET only 1 | SELECT 5 | KEYS * | RANDOMKEY | SELECT 4",
  "MULTI | SELECT 6 | SET k six | SELECT 0 | GET k | EXEC | GET k | SELECT 6 | GET k",
  "SELECT 7 | WATCH k | SELECT 8 | SET k v | SELECT 7 | MULTI | PING | EXEC",
  "SELECT 7 | WATCH k | SET k v | MULTI | PING | EXEC",
  "SELECT 7 | SET k v | WATCH k | SELECT 8 | FLUSHDB | SELECT 7 | MULTI | PING | EXEC",
  "SELECT 7 | SET k v | WATCH k | FLUSHDB | MULTI | PING | EXEC",
  "SELECT 9 | SET k v | RESET | GET k | DBSIZE",
  "SELECT 9 | SET a 1 | RENAME a b | COPY b c | COPY b c DB 99 | COPY b c DB 9 REPLACE | MSETNX b 1 x 2 | MSETNX x 1 y 2 | MGET a b c x y",
  "SET \0a 1 | RENAME \0a \0 | COPY \0 b | LCS \0 b | MGET \0a \0 b",
  "SELECT 9 | COMMAND GETKEYS MSET a 1 b 2",
  "SET \0a zero | GET \0a | MGET \0a \0 a | SET \0 nul | KEYS * | DEL \0a | EXISTS \0a \0 | SELECT 1 | EXISTS \0a \0",
  "SELECT 1 | SET \0a one | GET \0a | GET a | KEYS \0* | GETRANGE \0a 0 1",
];

for (const protocol of [2, 3] as const) {
  test(`databases keep their keys apart as in redis-server (RESP${protocol})`, async (t) => {
    const prefixed = PIPELINES.map((line) => `DEL scores:Tom scores:empty scores:odd scores:long | ${line}`);
    // The order of KEYS is nobody's promise, so each of these lines finds one key or keys that both sides sort alike.
    const normalize = (answer: string) => answer.split("\r\n").sort().join("\n");
    await compareWithRedis(t, protocol, prefixed, {
      lines: ["group default ttl 0", "group scores ttl 0"],
      normalize,
    });
  });
}

test("only database 0 has loaders, unless a group says another database", async (t) => {
  const lines = [
    "group default ttl 0",
    "group scores ttl 0",
    "group sessions database 2",
    'group all prefix ""',
  ];
  const { ask, asked } = await startRig(t, [...lines, "group all database 3"]);
  t.is(await ask(["GET", "scores:Tom"]), bulk("value of Tom"));
  t.is(await ask(["SELECT", "1"], ["GET", "scores:Tom"], ["GET", "x"]), "+OK\r\n$-1\r\n$-1\r\n");
  t.is(
    await ask(["SELECT", "2"], ["GET", "sessions:1"], ["GET", "x"]),
    `+OK\r\n${bulk("value of 1")}$-1\r\n`,
  );
  t.is(
    await ask(["SELECT", "3"], ["GET", "x"], ["GET", "\0y"]),
    `+OK\r\n${bulk("value of x")}${bulk("value of \0y")}`,
  );
  t.is(await ask(["GET", "sessions:1"], ["GET", "\0z"]), bulk("value of sessions:1") + bulk("value of \0z"));
  t.deepEqual(asked, ["Tom", "1", "x", "\0y", "sessions:1", "\0z"]);
});

test("a hit of another database is answered in place, like one of database 0", async (t) => {
  const { client, node } = await startRig(t, ["group default ttl 0"]);
  const raw = await client();
  await raw.all(command("SELECT", "1") + command("SET", "k", "v"));
  const again = await client();
  const before = node.report.commandStats.general;
  t.is(
    await again.all(command("SELECT", "1") + command("GET", "k") + command("GET", "k")),
    `+OK\r\n${bulk("v")}${bulk("v")}`,
  );
  t.is(node.report.commandStats.general - before, 1, "SELECT only");
});

test("a key may be as long as max-key-size in every database", async (t) => {
  const { ask } = await startRig(t, ["group default ttl 0", "max-key-size 4"]);
  const long = "-ERR key is too long (max 4 bytes)\r\n";
  const words = [
    ["SET", "abcd", "1"],
    ["GET", "abcd"],
    ["SET", "abcde", "1"],
    ["GET", "abcde"],
    ["SET", "\0bcd", "2"],
  ];
  t.is(await ask(["SELECT", "1"], ...words), `+OK\r\n+OK\r\n${bulk("1")}${long}${long}+OK\r\n`);
  t.is(await ask(...words, ["GET", "\0bcd"]), `+OK\r\n${bulk("1")}${long}${long}+OK\r\n${bulk("2")}`);
});

test("errors, SLOWLOG, MONITOR and CLIENT LIST show the key as the client says it, and the database", async (t) => {
  const { ask, client } = await startRig(t, ["slowlog-log-slower-than 0"]);
  const watcher = await client();
  watcher.send(command("MONITOR"));
  await watcher.until((text) => text.startsWith("+OK"));
  const answer = await ask(
    ["SELECT", "1"],
    ["SET", "k", "v"],
    ["GET", "k"],
    ["CLIENT", "INFO"],
    ["SLOWLOG", "GET"],
  );
  t.true(answer.startsWith("+OK\r\n-ERR no group takes the key 'k'\r\n"), answer);
  t.regex(answer, / db=1 /);
  t.true(answer.includes("$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n"), answer);
  await watcher.until((text) => text.includes('"SET"'));
  t.regex(watcher.take(), /\[1 127\.\S+\] "SET" "k" "v"/);
});

test("SWAPDB and MOVE are refused as in Redis Cluster", async (t) => {
  const { ask } = await startRig(t);
  t.is(await ask(["SWAPDB", "0", "1"]), "-ERR SWAPDB is not allowed in cluster mode\r\n");
  t.is(
    await ask(["SELECT", "2"], ["COPY", "a", "b", "DB", "1"]),
    "+OK\r\n-ERR Copying to another database is not allowed in cluster mode\r\n",
  );
  t.is(await ask(["MOVE", "k", "1"]), "-ERR MOVE is not allowed in cluster mode\r\n");
});

test("INFO has a line for each database with entries", async (t) => {
  const { ask } = await startRig(t, ["group default ttl 0"]);
  const answer = await ask(
    ["SET", "a", "1"],
    ["SELECT", "9"],
    ["MSET", "a", "1", "b", "2"],
    ["INFO", "keyspace"],
  );
  t.regex(answer, /# Keyspace\r\ndb0:keys=1,[^\r]*\r\ndb9:keys=2,/);
});

test("every member knows the keys of every database, and FLUSHDB empties one database everywhere", async (t) => {
  const members = await startMembers(t, 3, ["group default ttl 0"]);
  const [a, b, c] = members as [(typeof members)[0], (typeof members)[0], (typeof members)[0]];
  const names = Array.from({ length: 30 }, (_, i) => `k${i}`);
  for (const database of ["0", "3"])
    await a.ask(["SELECT", database], ...names.map((name) => ["SET", name, `${name} of ${database}`]));
  t.is(await b.ask(["SELECT", "3"], ["GET", "k7"], ["DBSIZE"]), `+OK\r\n${bulk("k7 of 3")}:30\r\n`);
  t.is((await c.ask(["SELECT", "3"], ["KEYS", "k?"])).match(/\$2\r\n/g)?.length, 10);
  t.is(await c.ask(["SELECT", "3"], ["FLUSHDB"], ["DBSIZE"], ["KEYS", "*"]), "+OK\r\n+OK\r\n:0\r\n*0\r\n");
  t.is(await b.ask(["DBSIZE"], ["SELECT", "3"], ["GET", "k7"], ["DBSIZE"]), ":30\r\n+OK\r\n$-1\r\n:0\r\n");
  t.is(await b.ask(["GET", "k7"]), bulk("k7 of 0"));
});

test("what comes behind FLUSHDB in a pipeline is done behind it, however many slices it takes", async (t) => {
  const rig = await startRig(t, ["group scores loader none", "group default loader none"]);
  const fill = Array.from({ length: 500 }, (_, i) => ["SET", `k${i}`, "old"]);
  await rig.ask(...fill, ["SELECT", "1"], ...fill);
  // Each reading of the clock is later than the one before, so that each slice is small.
  let now = rig.clock.now;
  Object.defineProperty(rig.clock, "now", { get: () => (now += 0.5) });
  const behind = [
    ["MGET", "k0", "k499"],
    ["SET", "k499", "new"],
    ["GET", "k499"],
    ["DBSIZE"],
    ["SELECT", "0"],
    ["DBSIZE"],
  ];
  const replies = await rig.ask(["SELECT", "1"], ["FLUSHDB"], ...behind);
  t.is(replies, "+OK\r\n+OK\r\n*2\r\n$-1\r\n$-1\r\n+OK\r\n$3\r\nnew\r\n:1\r\n+OK\r\n:500\r\n");
  await rig.ask(["SELECT", "1"], ...fill);
  const again = ["MSET", ...fill.slice(0, 100).flatMap(([, name]) => [name!, "new"])];
  await rig.ask(["SELECT", "1"], ["MULTI"], ["FLUSHDB"], again, ["EXEC"]);
  t.is(await rig.ask(["SELECT", "1"], ["DBSIZE"]), "+OK\r\n:100\r\n");
});
