/**
 * Goal: as in Redis, a client reads and sets facts about its own connection, and LIST shows all connections.
 * Method: lines of CLIENT LIST taken apart by field; the names of the fields compared with a real redis-server's.
 */
import test from "ava";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { until } from "../../until.ts";
import { HeldLoader } from "../fakes.ts";
import { bulk, type RawClient, startRig } from "../rig.ts";

const compared = testWith(program("redis-server"));

/** The fields of each line in a RESP2 reply to CLIENT LIST or CLIENT INFO. */
function linesOf(reply: string): Record<string, string>[] {
  const text = /^\$\d+\r\n([\s\S]*)\r\n$/.exec(reply)![1]!;
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => Object.fromEntries(line.split(" ").map((field) => field.split(/=(.*)/s, 2))));
}

async function exchange(raw: RawClient, ...words: string[]): Promise<string> {
  raw.send(command(...words));
  await raw.until((text) => text.endsWith("\r\n"));
  return raw.take();
}

test("ID numbers connections; GETNAME returns the name that SETNAME gave", async (t) => {
  const { ask } = await startRig(t);
  t.is(await ask(["CLIENT", "ID"]), ":1\r\n");
  const commands = [
    ["CLIENT", "GETNAME"],
    ["client", "setname", "me"],
    ["CLIENT", "GETNAME"],
    ["CLIENT", "SETNAME", "a b"],
    ["CLIENT", "SETNAME", ""],
    ["CLIENT", "GETNAME"],
  ];
  const refused = "-ERR Client names cannot contain spaces, newlines or special characters.\r\n";
  t.is(await ask(...commands), `$-1\r\n+OK\r\n${bulk("me")}${refused}+OK\r\n$-1\r\n`);
});

test("SETINFO takes the library's name and version and shows them, and refuses the rest", async (t) => {
  const { client, ask } = await startRig(t);
  const raw = await client();
  t.is(await exchange(raw, "CLIENT", "SETINFO", "LIB-NAME", "ioredis"), "+OK\r\n");
  t.is(await exchange(raw, "client", "setinfo", "lib-ver", "6.0.0"), "+OK\r\n");
  const [line] = linesOf(await exchange(raw, "CLIENT", "INFO"));
  t.is(line!["lib-name"], "ioredis");
  t.is(line!["lib-ver"], "6.0.0");
  t.is(await ask(["CLIENT", "SETINFO", "LIB-FOO", "x"]), "-ERR Unrecognized option 'LIB-FOO'\r\n");
  t.is(
    await ask(["CLIENT", "SETINFO", "LIB-NAME", "a b"]),
    "-ERR LIB-NAME cannot contain spaces, newlines or special characters.\r\n",
  );
});

test("NO-EVICT and NO-TOUCH are taken; an unknown subcommand is named", async (t) => {
  const { ask } = await startRig(t);
  t.is(await ask(["CLIENT", "NO-EVICT", "on"], ["CLIENT", "NO-TOUCH", "OFF"]), "+OK\r\n+OK\r\n");
  t.is(await ask(["CLIENT", "NO-EVICT", "x"]), "-ERR syntax error\r\n");
  t.is(
    await ask(["CLIENT", "MAINT_NOTIFICATIONS", "ON"]),
    "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.\r\n",
  );
});

test("LIST shows every client of the node with what it does", async (t) => {
  const loader = new HeldLoader();
  const { client, clock } = await startRig(t, [], { loader });
  const [asking, waiting, sending] = [await client(), await client(), await client()];
  await exchange(asking, "CLIENT", "SETNAME", "asking");
  waiting.send(command("GET", "scores:slow") + command("PING"));
  sending.send("*2\r\n$3\r\nGET\r\n$5\r\nab");
  await until("a load is under way", () => loader.loads.length > 0);
  await exchange(asking, "PING");
  clock.advance(2500);
  const lines = linesOf(await exchange(asking, "CLIENT", "LIST"));
  t.deepEqual(
    lines.map(({ id, name, age, idle, cmd, oll, resp, user, db }) => ({
      id,
      name,
      age,
      idle,
      cmd,
      oll,
      resp,
      user,
      db,
    })),
    [
      { id: "1", name: "asking", age: "2", idle: "0", cmd: "client|list", oll: "0" },
      { id: "2", name: "", age: "2", idle: "2", cmd: "ping", oll: "0" },
      { id: "3", name: "", age: "2", idle: "2", cmd: "NULL", oll: "0" },
    ].map((line) => ({ ...line, resp: "2", user: "default", db: "0" })),
  );
  t.is(lines[2]!.qbuf, "19");
  t.is(lines[1]!.obl, "7");
  const { localAddress, localPort, remotePort } = asking.socket;
  t.is(lines[0]!.addr, `${localAddress}:${localPort}`);
  t.is(lines[0]!.laddr, `127.0.0.1:${remotePort}`);
});

test("LIST ID keeps the order of the ids; LIST TYPE knows Redis' types", async (t) => {
  const { client } = await startRig(t);
  const raw = await client();
  for (let i = 0; i < 2; i++) await exchange(await client(), "PING");
  const ids = linesOf(await exchange(raw, "CLIENT", "LIST", "ID", "3", "99", "1", "3")).map(({ id }) => id);
  t.deepEqual(ids, ["3", "1", "3"]);
  t.is(linesOf(await exchange(raw, "CLIENT", "LIST", "TYPE", "Normal")).length, 3);
  t.is(await exchange(raw, "CLIENT", "LIST", "TYPE", "replica"), "$0\r\n\r\n");
  t.is(await exchange(raw, "CLIENT", "LIST", "TYPE", "foo"), "-ERR Unknown client type 'foo'\r\n");
  t.is(await exchange(raw, "CLIENT", "LIST", "ID", "x"), "-ERR Invalid client ID\r\n");
});

test("INFO and LIST are verbatim strings in RESP3", async (t) => {
  const { ask3 } = await startRig(t);
  t.regex(await ask3(["CLIENT", "INFO"]), /^=\d+\r\ntxt:id=1 addr=.* resp=3 .*\n\r\n$/);
  t.regex(await ask3(["CLIENT", "LIST"]), /^=\d+\r\ntxt:id=/);
});

compared(
  "the fields of LIST are redis-server's, in its order; newer fields of Redis 7.4 may be added",
  async (t) => {
    const redis = await RedisServer.start();
    t.teardown(() => redis.stop());
    const request = command("CLIENT", "LIST");
    const theirs = linesOf((await redis.answer(Buffer.from(request))).toString("latin1"));
    const ours = linesOf(await (await startRig(t)).ask(["CLIENT", "LIST"]));
    const added = ["watch", "lib-name", "lib-ver"];
    t.deepEqual(
      Object.keys(ours[0]!).filter((name) => !added.includes(name)),
      Object.keys(theirs[0]!).filter((name) => !added.includes(name)),
    );
    const same = ["qbuf", "argv-mem", "multi-mem", "obl", "oll", "omem", "events", "redir"];
    for (const name of same) t.is(ours[0]![name], theirs[0]![name], name);
  },
);
