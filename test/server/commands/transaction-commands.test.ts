/**
 * Goal: MULTI and its kin answer as redis-server does. A transaction's commands take effect in order, and the memory for
 * it is bounded.
 * Method: pipelines compared with a real redis-server; loads and deletes that end when the test says so.
 */
import test from "ava";
import { encodeReply, type Reply } from "../../../proto/reply.ts";
import { Session } from "../../../server/clients/session.ts";
import type { Command, LocalContext } from "../../../server/commands/command.ts";
import { COMMANDS } from "../../../server/commands/table.ts";
import { ThreadSessions } from "../../../server/sessions/thread-sessions.ts";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { Held, HeldLoader, key, turn, worldAt } from "../fakes.ts";
import { bulk, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const PIPELINES = [
  ...["WATCH scores:Tom | SET scores:Tom x | MULTI | GET scores:Tom | EXEC | GET scores:Tom"],
  ...[
    "WATCH scores:no | SET scores:no x | MULTI | GET scores:no | EXEC",
    "WATCH scores:no | MULTI | SET scores:no x | EXEC",
  ],
  ...[
    "WATCH scores:Tom | EXPIRE scores:Tom 100 | MULTI | PING | EXEC",
    "WATCH scores:Tom | GET scores:Tom | MULTI | PING | EXEC",
  ],
  ...[
    "WATCH scores:Tom | SET scores:Tom x NX | MULTI | PING | EXEC",
    "MULTI | SET a | SET scores:a 1 EX 0 | GET scores:a | EXEC",
  ],
  ...["MULTI | SET scores:a 1 | GET scores:a | GETDEL scores:a | GET scores:a | SET scores:a 1 EX 0 | EXEC"],
  ...[
    "HELLO 3 | CLIENT TRACKING ON OPTIN | CLIENT CACHING YES | MULTI | PTTL scores:Tom | GET scores:Tom | EXEC | PING",
  ],
  ...["MULTI", "MULTI x", "MULTI | MULTI | PING | EXEC", "EXEC", "EXEC x", "DISCARD", "DISCARD x", "UNWATCH"],
  ...["MULTI | EXEC", "MULTI | PING | GET scores:Tom | EXEC | PING", "MULTI | DISCARD | EXEC", "WATCH"],
  ...[
    "MULTI | PING | NOSUCH a | PING | EXEC | PING",
    "MULTI | GET | EXEC",
    "MULTI | CLIENT FOO | EXEC | EXEC",
  ],
  ...["MULTI | GET | DISCARD | MULTI | GET scores:Tom | EXEC", "MULTI | EXEC x | EXEC", "UNWATCH x"],
  ...["MULTI | WATCH scores:Tom | PING | EXEC", "MULTI | WATCH | PING | EXEC", "MULTI | UNWATCH | EXEC"],
  ...[
    "WATCH scores:Tom | MULTI | GET scores:Tom | EXEC",
    "WATCH scores:Tom | DEL scores:Tom | MULTI | PING | EXEC",
  ],
  ...["WATCH scores:no | FLUSHALL | MULTI | PING | EXEC", "WATCH scores:no | FLUSHDB | MULTI | PING | EXEC"],
  ...["WATCH scores:Tom scores:no | FLUSHDB | MULTI | PING | EXEC"],
  ...["WATCH scores:Tom | FLUSHALL | MULTI | PING | EXEC | MULTI | PING | EXEC"],
  ...["WATCH scores:Tom scores:no | UNWATCH | DEL scores:Tom | MULTI | PING | EXEC"],
  ...["WATCH scores:Tom | MULTI | DEL scores:Tom | EXEC | MULTI | PING | EXEC"],
  ...["WATCH scores:Tom | DEL scores:Tom | MULTI | GET | EXEC | MULTI | PING | EXEC"],
  ...["WATCH scores:Tom | MULTI | DISCARD | DEL scores:Tom | MULTI | PING | EXEC"],
  ...["WATCH scores:Tom | DEL scores:empty | MULTI | PING | EXEC"],
  ...["MULTI | RESET | EXEC", "WATCH scores:Tom | DEL scores:Tom | RESET | MULTI | PING | EXEC"],
  ...["MULTI | QUIT | PING", "MULTI | HELLO 3 | GET scores:no | EXEC | GET scores:no"],
  ...[
    "MULTI | HELLO 2 | GET scores:no | EXEC | GET scores:no",
    "MULTI | HELLO 5 | EXEC",
    "MULTI | SELECT 99 | EXEC",
  ],
  ...["MULTI | GET scores:Tom | DEL scores:Tom | EXISTS scores:Tom | DEL scores:Tom | EXEC"],
  ...["MULTI | MGET scores:Tom scores:no | ECHO x | EXISTS scores:odd | TTL scores:Tom | EXEC"],
  ...["MULTI | SHUTDOWN | PING | EXEC", "MULTI | CLIENT SETNAME a | CLIENT GETNAME | EXEC | CLIENT GETNAME"],
  ...[
    "multi | get scores:odd | exec",
    "MULTI | AUTH x | EXEC",
    "MULTI | INFO nosuch | CONFIG GET nosuch | EXEC",
  ],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} transactions answer as redis-server's`, (t) =>
    compareWithRedis(t, protocol, PIPELINES));
}

test("reads that follow each other load together; a delete waits for the reads before it, and holds up those behind", async (t) => {
  const loader = new HeldLoader();
  const { client, node } = await startRig(t, [], { loader });
  const raw = await client();
  const words = [
    ["MULTI"],
    ["GET", "scores:a"],
    ["GET", "scores:b"],
    ["DEL", "scores:a"],
    ["GET", "scores:a"],
  ];
  raw.send([...words, ["EXEC"], ["PING"], ["GET", "scores:b"]].map((each) => command(...each)).join(""));
  await until("two loads are under way", () => loader.loads.length >= 2);
  await raw.until((text) => text.split("QUEUED").length === 5);
  raw.take();
  loader.loads[1]!.resolve("b");
  await turn();
  t.is(loader.loads.length, 2);
  t.is(node.report.clientFigures.commands, 6, "nothing behind EXEC has been taken");
  loader.loads[0]!.resolve("a1");
  await until("the third load is under way", () => loader.loads.length >= 3);
  t.is(raw.text, "");
  loader.loads[2]!.resolve("a2");
  const expected = `*4\r\n${bulk("a1")}${bulk("b")}:1\r\n${bulk("a2")}+PONG\r\n${bulk("b")}`;
  await raw.until((text) => text.length >= expected.length);
  t.is(raw.take(), expected);
});

test("a load that fails is an error among the replies", async (t) => {
  const load = (key: { toString(): string }) => {
    if (String(key) === "bad") throw new Error("the origin is down");
    return "good";
  };
  const { ask } = await startRig(t, [], { loader: { load } });
  const text = await ask(["MULTI"], ["GET", "scores:bad"], ["GET", "scores:a"], ["EXEC"]);
  t.regex(text, /QUEUED\r\n\*2\r\n-ERR .*the origin is down.*\r\n\$4\r\ngood\r\n$/);
});

test("EXEC sees another client's DEL and FLUSHALL, before MULTI and after it", async (t) => {
  const { client, ask } = await startRig(t);
  for (const change of [["DEL", "scores:a"], ["FLUSHALL"]]) {
    const raw = await client();
    await ask(["SET", "scores:a", "1"]);
    raw.send(command("WATCH", "scores:a") + command("MULTI") + command("PING"));
    await raw.until((text) => text.endsWith("QUEUED\r\n"));
    raw.take();
    await ask(change);
    t.is(await raw.reply(command("EXEC"), "*-1\r\n"), "*-1\r\n");
  }
});

test("a queue or a WATCH beyond client-query-buffer-limit is refused, and the queue is dropped", async (t) => {
  const { ask } = await startRig(t, ["client-query-buffer-limit 64kb", "max-key-size 20kb"]);
  const echo = ["ECHO", "x".repeat(30_000)];
  const tooMuch = "-ERR too much to keep for this client (max 65536 bytes)\r\n";
  const queued = "+QUEUED\r\n";
  t.is(
    await ask(["MULTI"], echo, echo, echo, ["PING"], ["EXEC"], ["MULTI"], echo, ["EXEC"]),
    `+OK\r\n${queued}${queued}${tooMuch}${queued}` +
      `-EXECABORT Transaction discarded because of previous errors.\r\n+OK\r\n${queued}*1\r\n${bulk(echo[1]!)}`,
  );
  const watch = (name: string) => ["WATCH", name.repeat(20_000)];
  t.is(
    await ask(watch("a"), watch("b"), watch("c"), watch("d"), ["UNWATCH"], watch("d")),
    `+OK\r\n+OK\r\n+OK\r\n${tooMuch}+OK\r\n+OK\r\n`,
  );
  t.is(await ask(["WATCH", "x".repeat(30_000)]), "-ERR key is too long (max 20480 bytes)\r\n");
});

test("a transaction with replies beyond the output limit ends the connection", async (t) => {
  const { ask, node } = await startRig(t, ["client-output-buffer-limit 64kb"]);
  const echo = ["ECHO", "x".repeat(30_000)];
  const text = await ask(["MULTI"], echo, echo, echo, ["DEL", "scores:a"], ["EXEC"], ["PING"]);
  t.false(text.includes("PONG"));
  t.is(node.report.clientFigures.outputLimitCloses, 1);
});

test("replies beyond the output limit end the connection at once, not after the last load", async (t) => {
  const loader = new HeldLoader();
  const { client, node } = await startRig(
    t,
    ["client-output-buffer-limit 64kb", "group scores ttl 0", "group scores loader-timeout 1h"],
    { loader },
  );
  const raw = await client();
  const echo = command("ECHO", "x".repeat(30_000));
  raw.send(command("MULTI") + echo.repeat(3) + command("GET", "scores:slow") + command("EXEC"));
  await raw.ended;
  t.is(node.report.clientFigures.outputLimitCloses, 1);
  t.is(loader.loads.length, 1);
  loader.release();
});

test("no command behind a change is started before the change is done", async (t) => {
  const held: Held<string, Reply>[] = [];
  const session = new Session();
  session.beginTransaction();
  const connection = { session, protocol: 2, waitFor: () => {}, hasRoom: () => true };
  const sessions = new ThreadSessions({
    ...{ conf: { slowlogMicros: -1, slowlogEntries: 1 }, nextSlowId: () => 0 },
    ...{ world: worldAt(() => 0), wallMs: () => 0 },
    ...{ connections: () => [], client: () => undefined, seen: () => {}, denied: () => {} },
  });
  const context = {
    ...{
      connection,
      sessions,
      conf: { maxPendingCommands: 2 },
      log: { isLevelEnabled: () => false },
      commands: COMMANDS,
    },
    runOnNode: ({ name }: Command) => {
      held.push(new Held(name));
      return held.at(-1)!.promise;
    },
  } as unknown as LocalContext;
  for (const name of ["get", "ttl", "exists", "del", "strlen"])
    session.transaction!.add({ name, flags: COMMANDS.get(name)!.flags, args: [key(name), key("a")] });
  const reply = COMMANDS.get("exec")!.local!([key("EXEC")], context);
  const started = async () => {
    await turn();
    return held.map(({ argument }) => argument).join(" ");
  };
  t.is(await started(), "get ttl", "as many as max-pending-commands");
  held[0]!.resolve(1);
  t.is(await started(), "get ttl");
  held[1]!.resolve(2);
  t.is(await started(), "get ttl exists");
  held[2]!.resolve(3);
  t.is(await started(), "get ttl exists del");
  held[3]!.resolve(4);
  t.is(await started(), "get ttl exists del strlen");
  held[4]!.resolve(5);
  t.is(String(encodeReply((await reply)!, 2)), "*5\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n");
});

test("a client that is gone watches nothing", async (t) => {
  const { client, node } = await startRig(t);
  const raw = await client();
  await raw.reply(command("WATCH", "scores:a"), "+OK\r\n");
  t.is(node.cache.watches.size, 1);
  raw.socket.destroy();
  await until("the client is gone", () => node.report.clients.count === 0);
  t.is(node.cache.watches.size, 0);
});
