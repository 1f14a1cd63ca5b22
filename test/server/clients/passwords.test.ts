/**
 * Goal: a password lets in its own user only, and every wrong one is counted, costs its time, and ends in a closed
 * connection.
 * Method: passwords of a conf that the test changes, in a time that it advances; clients that note what is done to them;
 * in the end a server with both ports.
 */
import test from "ava";
import pino from "pino";
import { type Guesser, Passwords } from "../../../server/clients/passwords.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import { startServer } from "../../../server/main.ts";
import { command } from "../../proto/read-commands.ts";
import { FakeTime } from "../fake-time.ts";
import { key, turn } from "../fakes.ts";
import { ownHost, RawClient } from "../rig.ts";

function setUp(requirePass = "", adminPassword = "") {
  const conf = { requirePass, adminPassword };
  const counters = { wrongPasswords: 0 };
  const time = new FakeTime();
  const lines: string[] = [];
  const passwords = new Passwords({ conf, counters, world: time, warn: (text) => void lines.push(text) });
  const users = (...pairs: [string, string][]) =>
    pairs.map(([name, password]) => passwords.userOf(name, key(password)));
  return { conf, counters, time, lines, passwords, users };
}

function guesser() {
  const waits: Promise<unknown>[] = [];
  const expelled: string[] = [];
  const client: Guesser = {
    session: { wrongPasswords: 0 },
    waitFor: (done) => waits.push(done),
    expel: (...why) => expelled.push(why.join()),
  };
  return { client, waits, expelled };
}

test("each user has a password of its own; names are exact", (t) => {
  const { passwords, users } = setUp("secret", "boss");
  t.true(passwords.areNeeded);
  t.deepEqual(users(["default", "secret"], ["admin", "boss"]), ["default", "admin"]);
  const none = users(
    ...([
      ["default", "boss"],
      ["admin", "secret"],
      ["default", ""],
      ["default", "secret "],
      ["Default", "secret"],
      ["", "secret"],
      ["other", "secret"],
    ] as [string, string][]),
  );
  t.deepEqual(none, Array(7).fill(undefined));
});

test("without a password every one is right for default, and none for admin", (t) => {
  const { passwords, users } = setUp();
  t.false(passwords.areNeeded);
  t.deepEqual(users(["default", "x"], ["default", ""], ["admin", ""]), ["default", "default", undefined]);
});

test("passwords are compared as bytes, and read at each use", (t) => {
  const { conf, passwords, users } = setUp("säcret");
  t.is(passwords.userOf("default", Buffer.from("säcret", "utf8")), "default");
  t.is(passwords.userOf("default", Buffer.from("säcret", "latin1")), undefined);
  conf.requirePass = "new";
  t.deepEqual(users(["default", "säcret"], ["default", "new"]), [undefined, "default"]);
});

test("a wrong password holds its client up for 100 ms, and is counted at once", async (t) => {
  const { counters, time, passwords } = setUp("secret");
  const { client, waits, expelled } = guesser();
  let isOver = false;
  const over = passwords.denyClient(client).then(() => (isOver = true));
  t.is(counters.wrongPasswords, 1);
  t.is(waits.length, 1);
  time.advance(99);
  await turn();
  t.false(isOver);
  time.advance(1);
  await over;
  await waits[0];
  t.deepEqual(expelled, []);
});

test("the tenth wrong password of a connection costs the connection, and is told once", (t) => {
  const { counters, passwords } = setUp("secret");
  const { client, expelled } = guesser();
  const other = guesser();
  void passwords.denyClient(other.client);
  for (let i = 0; i < 9; i++) void passwords.denyClient(client);
  t.deepEqual(expelled, []);
  for (let i = 0; i < 3; i++) void passwords.denyClient(client);
  t.deepEqual(expelled, ["10 wrong passwords,wrongPasswordCloses"]);
  t.deepEqual(other.expelled, []);
  t.is(counters.wrongPasswords, 13);
});

test("a wrong password over HTTP costs and counts the same, and its address is logged", async (t) => {
  const { counters, time, lines, passwords } = setUp("secret");
  const over = passwords.denyHttp("10.0.0.9");
  t.is(counters.wrongPasswords, 1);
  t.deepEqual(lines, ["wrong password over HTTP from 10.0.0.9"]);
  t.is(time.waiting, 1);
  time.advance(100);
  await over;
});

test("a server counts wrong passwords over RESP and HTTP in one figure, and logs the first of a minute", async (t) => {
  const host = ownHost();
  const text = `bind ${host}\nport 7001\nhttp-port 7002\ngroup scores ttl 0\nrequirepass secret`;
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line) => void lines.push(JSON.parse(line).msg) });
  const server = await startServer(readConf({ text }), { log });
  t.teardown(() => server.close());
  const authorization = `Basic ${Buffer.from("me:wrong").toString("base64")}`;
  for (let i = 0; i < 2; i++) {
    const { status } = await fetch(`http://${host}:7002/api?key=scores:a`, { headers: { authorization } });
    t.is(status, 401);
  }
  const client = await RawClient.connect(server.port, host);
  t.regex(await client.all(command("AUTH", "wrong")), /^-WRONGPASS /);
  const info = await (await RawClient.connect(server.port, host)).all(
    command("AUTH", "secret") + command("INFO"),
  );
  t.regex(info, /\nacl_access_denied_auth:3\r/);
  t.deepEqual(
    lines.filter((line) => line.startsWith("wrong password")),
    ["wrong password over HTTP from 127.0.0.1"],
  );
});
