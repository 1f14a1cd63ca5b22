/**
 * Goal: what one client does to others (KILL, PAUSE) and to its own replies (REPLY) is as in redis-server.
 * Method: pipelines compared with a real redis-server; several clients of a node of real parts. The test knows their
 * addresses.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { bulk, type RawClient, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const PIPELINES = [
  ...[
    "CLIENT REPLY ON | PING",
    "CLIENT REPLY OFF | PING | CLIENT REPLY ON | PING",
    "CLIENT REPLY FOO | PING",
  ],
  ...["CLIENT REPLY SKIP | PING | ECHO a", "CLIENT REPLY SKIP | CLIENT REPLY SKIP | ECHO a | ECHO b"],
  ...[
    "CLIENT REPLY OFF | CLIENT REPLY SKIP | CLIENT REPLY ON | PING",
    "CLIENT REPLY SKIP | CLIENT REPLY ON | PING",
  ],
  ...[
    "CLIENT REPLY SKIP | GET scores:Tom | GET scores:Tom",
    "CLIENT REPLY SKIP | FOO | PING",
    "CLIENT REPLY SKIP | RESET | PING",
    "CLIENT REPLY OFF | RESET | PING",
    "CLIENT PAUSE 0 ALL | HELLO 3 | GET scores:no",
    "CLIENT REPLY",
  ],
  ...["CLIENT REPLY OFF | GET scores:no | RESET | GET scores:Tom", "CLIENT REPLY OFF | QUIT"],
  ...["CLIENT REPLY OFF | UNSUBSCRIBE", "CLIENT REPLY OFF | SUBSCRIBE a b | PUNSUBSCRIBE a | UNSUBSCRIBE b"],
  ...["CLIENT REPLY SKIP | UNSUBSCRIBE | PING", "CLIENT REPLY SKIP | SUBSCRIBE a | UNSUBSCRIBE"],
  ...["CLIENT REPLY OFF | SUBSCRIBE | FOO | SUNSUBSCRIBE x | RESET | PING"],
  ...["MULTI | CLIENT REPLY ON | PING | EXEC | PING", "MULTI | CLIENT REPLY FOO | PING | EXEC"],
  ...["CLIENT REPLY SKIP | MULTI | CLIENT REPLY ON | EXEC | PING", "MULTI | CLIENT REPLY ON x | EXEC"],
  ...["CLIENT REPLY SKIP | MULTI | PING | EXEC", "CLIENT REPLY OFF x | PING"],
  ...["CLIENT PAUSE", "CLIENT PAUSE x", "CLIENT PAUSE -1", "CLIENT PAUSE 10 FOO", "CLIENT PAUSE x FOO"],
  ...[
    "CLIENT PAUSE 1 WRITE x | PING",
    "CLIENT PAUSE 0 WRITE | GET scores:Tom",
    "CLIENT UNPAUSE | CLIENT UNPAUSE x",
  ],
  ...["CLIENT PAUSE 20000 WRITE | GET scores:Tom | CLIENT UNPAUSE | DEL scores:Tom"],
  ...[
    "CLIENT UNBLOCK",
    "CLIENT UNBLOCK 5",
    "CLIENT UNBLOCK x",
    "CLIENT UNBLOCK 5 FOO",
    "CLIENT UNBLOCK 5 ERROR",
  ],
  ...["CLIENT KILL", "CLIENT KILL 1.2.3.4:5", "CLIENT KILL ID 99999", "CLIENT KILL ID x", "CLIENT KILL ID 0"],
  ...["CLIENT KILL ID", "CLIENT KILL ADDR 1.2.3.4:5", "CLIENT KILL LADDR 1.2.3.4:5", "CLIENT KILL TYPE foo"],
  ...[
    "CLIENT KILL TYPE pubsub",
    "CLIENT KILL TYPE master SKIPME no | PING",
    "CLIENT KILL USER default",
    "FOO",
  ],
  ...[
    "CLIENT KILL USER nobody",
    "CLIENT KILL SKIPME maybe",
    "CLIENT KILL FOO bar",
    "CLIENT KILL ID 99999 FOO",
  ],
  ...[
    "CLIENT KILL SKIPME no | PING",
    "CLIENT KILL TYPE normal SKIPME no | PING",
    "CLIENT KILL SKIPME yes | PING",
  ],
  ...["CLIENT KILL TYPE pubsub SKIPME no | PING", "CLIENT LIST TYPE pubsub", "CLIENT LIST TYPE replica"],
  ...["CLIENT MAINT_NOTIFICATIONS on", "CLIENT NO-EVICT on", "CLIENT NO-EVICT x"],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} KILL, PAUSE and REPLY answer as redis-server does`, (t) =>
    compareWithRedis(t, protocol, PIPELINES));
}

const addressOf = ({ socket }: RawClient) => `${socket.localAddress}:${socket.localPort}`;

test("KILL closes the clients that fit its words; the client that says it is closed after the reply", async (t) => {
  const { client } = await startRig(t);
  const [self, other, third, listener] = (await Promise.all([client(), client(), client(), client()])) as [
    RawClient,
    RawClient,
    RawClient,
    RawClient,
  ];
  listener.send(command("SUBSCRIBE", "a"));
  await listener.until((text) => text.endsWith(":1\r\n"));
  t.is(await self.reply(command("CLIENT", "KILL", addressOf(other)), "+OK\r\n"), "+OK\r\n");
  await other.ended;
  const id = (await third.reply(command("CLIENT", "ID"), ":4\r\n")).slice(1, -2);
  t.is(await self.reply(command("CLIENT", "KILL", "ID", id, "ADDR", addressOf(self)), ":0\r\n"), ":0\r\n");
  t.is(await self.reply(command("CLIENT", "KILL", "TYPE", "pubsub"), ":1\r\n"), ":1\r\n");
  await listener.ended;
  t.is(await self.reply(command("CLIENT", "KILL", "ID", id), ":1\r\n"), ":1\r\n");
  await third.ended;
  self.send(command("CLIENT", "KILL", addressOf(self)) + command("PING"));
  await self.ended;
  t.is(self.take(), "+OK\r\n");
});

test("KILL MAXAGE closes the clients that have been connected for so long", async (t) => {
  const { client, clock } = await startRig(t);
  const old = await client();
  await old.reply(command("PING"), "+PONG\r\n");
  clock.advance(1999);
  const young = await client();
  await young.reply(command("PING"), "+PONG\r\n");
  clock.advance(1);
  const self = await client();
  t.is(await self.reply(command("CLIENT", "KILL", "maxage", "3"), ":0\r\n"), ":0\r\n");
  t.is(await self.reply(command("CLIENT", "KILL", "MAXAGE", "2"), ":1\r\n"), ":1\r\n");
  await old.ended;
  await young.reply(command("PING"), "+PONG\r\n");
});

test("KILL MAXAGE takes whole seconds above 0, and refuses in the words of Redis 7.4, which has it", async (t) => {
  const { ask } = await startRig(t);
  const small = "-ERR maxage should be greater than 0\r\n";
  for (const word of ["0", "-5"]) t.is(await ask(["CLIENT", "KILL", "MAXAGE", word]), small);
  for (const word of ["x", "1.5", "9223372036854775808"])
    t.is(await ask(["CLIENT", "KILL", "MAXAGE", word]), "-ERR maxage is not an integer or out of range\r\n");
  t.is(await ask(["CLIENT", "KILL", "MAXAGE"]), "-ERR No such client\r\n");
});

test("a client whose command a pause holds up is blocked, until the pause ends", async (t) => {
  const { client, ask, node } = await startRig(t);
  const held = await client();
  await held.reply(command("PING"), "+PONG\r\n");
  await ask(["CLIENT", "PAUSE", "100000", "WRITE"]);
  held.send(command("DEL", "scores:a"));
  await until("the DEL has come", () => node.report.clientFigures.commands >= 3);
  t.regex(await ask(["INFO", "clients"]), /\r\nblocked_clients:1\r\n/);
  t.regex(await ask(["CLIENT", "LIST", "ID", "1"]), / flags=b /);
  await ask(["CLIENT", "UNPAUSE"]);
  await held.until((text) => text === ":0\r\n");
  t.regex(await ask(["INFO", "clients"]), /\r\nblocked_clients:0\r\n/);
  t.regex(await ask(["CLIENT", "LIST", "ID", "1"]), / flags=N /);
});

test("PAUSE holds up all commands of all clients in order, also of clients that connect meanwhile", async (t) => {
  const { client, ask, node } = await startRig(t);
  const [early, raw] = (await Promise.all([client(), client()])) as [RawClient, RawClient];
  await early.reply(command("GET", "scores:a"), bulk("value of a"));
  t.is(await ask(["CLIENT", "PAUSE", "100000"]), "+OK\r\n");
  early.send(command("GET", "scores:a") + command("PING"));
  raw.send(command("GET", "scores:a"));
  const late = await client();
  late.send(command("ECHO", "late"));
  await until("all commands have come", () => node.report.clientFigures.commands >= 5);
  t.is(early.text + raw.text + late.text, "");
  await node.sessions.unpause();
  for (const waiting of [raw, late, early]) await waiting.until((text) => text.endsWith("\r\n"));
  t.is(early.take() + raw.take(), `${bulk("value of a")}+PONG\r\n${bulk("value of a")}`);
  t.is(late.take(), bulk("late"));
  const before = node.cache.groups.all[0]!.counters.hits;
  await early.reply(command("GET", "scores:a"), bulk("value of a"));
  t.is(node.cache.groups.all[0]!.counters.hits, before + 1);
});

test("PAUSE WRITE holds up what changes something, an EXEC with such a command too, and nothing else", async (t) => {
  const { client, ask, node } = await startRig(t);
  await ask(["GET", "scores:a"]);
  const raws = (await Promise.all([client(), client(), client()])) as RawClient[];
  raws[1]!.send(command("MULTI") + command("DEL", "scores:b"));
  await raws[1]!.until((text) => text.endsWith("QUEUED\r\n"));
  await ask(["CLIENT", "PAUSE", "100000", "write"]);
  raws[0]!.send(command("DEL", "scores:a"));
  raws[1]!.take();
  raws[1]!.send(command("EXEC"));
  raws[2]!.send(command("PUBLISH", "a", "b"));
  t.is(
    await ask(["GET", "scores:a"], ["MULTI"], ["PING"], ["EXEC"]),
    `${bulk("value of a")}+OK\r\n+QUEUED\r\n*1\r\n+PONG\r\n`,
  );
  t.is(raws.map((raw) => raw.text).join(""), "");
  t.is(await ask(["CLIENT", "UNPAUSE"]), "+OK\r\n");
  for (const raw of raws) await raw.until((text) => text !== "");
  t.deepEqual(
    raws.map((raw) => raw.take()),
    [":1\r\n", "*1\r\n:0\r\n", ":0\r\n"],
  );
  t.false(node.sessions.standing.length > 0);
});

test("PAUSE WRITE holds up a script, an EXEC with one too, unless it declares that it does not write", async (t) => {
  const { client, ask } = await startRig(t);
  const noWrites = ["EVAL", "#!lua flags=no-writes\nreturn 7", "0"];
  const writing = ["#!lua\nreturn 1", "return 1", "#!lua flags=no-cluster\nreturn 1"];
  const raws = (await Promise.all([...writing, "in EXEC"].map(() => client()))) as RawClient[];
  const inExec = raws.at(-1)!;
  inExec.send(command("MULTI") + command("EVAL", "return 1", "0"));
  await inExec.until((text) => text.endsWith("QUEUED\r\n"));
  inExec.take();
  await ask(["CLIENT", "PAUSE", "100000", "WRITE"]);
  for (const [i, text] of writing.entries()) raws[i]!.send(command("EVAL", text, "0"));
  inExec.send(command("EXEC"));
  t.is(await ask(noWrites, ["EVAL_RO", "return 8", "0"]), ":7\r\n:8\r\n");
  t.is(await ask(["MULTI"], noWrites, ["EXEC"]), "+OK\r\n+QUEUED\r\n*1\r\n:7\r\n");
  t.is(raws.map((raw) => raw.text).join(""), "");
  await ask(["CLIENT", "UNPAUSE"]);
  for (const raw of raws) await raw.until((text) => text.endsWith(":1\r\n"));
});

test("a pause ends by itself", async (t) => {
  const { ask, asked } = await startRig(t, [], { clock: () => performance.now() });
  await ask(["CLIENT", "PAUSE", "60"]);
  t.is(await ask(["GET", "scores:a"]), bulk("value of a"));
  t.deepEqual(asked, ["a"]);
});

test("a command of a client that is gone before the pause ends is not performed", async (t) => {
  const { client, ask, asked, node } = await startRig(t);
  const raw = await client();
  await raw.reply(command("PING"), "+PONG\r\n");
  await ask(["CLIENT", "PAUSE", "1000000"]);
  raw.send(command("GET", "scores:never"));
  await until("the GET has come", () => node.report.clientFigures.commands >= 3);
  t.is(await node.sessions.kill({ id: 1, self: 0, skipsSelf: true }), 1);
  await node.sessions.unpause();
  t.is(await ask(["GET", "scores:a"]), bulk("value of a"));
  t.deepEqual(asked, ["a"]);
});

test("CLIENT REPLY OFF and SKIP cannot be part of a transaction's reply", async (t) => {
  const { ask } = await startRig(t);
  t.is(
    await ask(["MULTI"], ["CLIENT", "REPLY", "OFF"], ["PING"], ["EXEC"], ["PING"]),
    "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n-ERR Command not allowed inside a transaction\r\n+PONG\r\n+PONG\r\n",
  );
});
