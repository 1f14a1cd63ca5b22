/**
 * Goal: HELLO, AUTH and QUIT answer as Redis does, byte for byte, in both dialects.
 * Method: exchanges recorded from redis-server 7.0.15, with a password and without one. Other commands show what a HELLO
 * has changed.
 */
import test from "ava";
import { REDIS_VERSION } from "../../../server/machine/version.ts";
import { unauthenticatedCases } from "../../proto/protocol-cases.ts";
import { command } from "../../proto/read-commands.ts";
import { bulk, startRig } from "../rig.ts";

const NO_AUTH = "-NOAUTH Authentication required.\r\n";
const HELLO_NO_AUTH =
  "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time\r\n";
const WRONG = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

function greeting(protocol: 2 | 3, id: number): string {
  const fields = [
    ...[bulk("server"), bulk("redis"), bulk("version"), bulk(REDIS_VERSION)],
    ...[bulk("proto"), `:${protocol}\r\n`, bulk("id"), `:${id}\r\n`],
    ...[bulk("mode"), bulk("standalone"), bulk("role"), bulk("master"), bulk("modules"), "*0\r\n"],
  ];
  return `${protocol === 3 ? "%7" : "*14"}\r\n${fields.join("")}`;
}

test("HELLO's reply has facts about the server, in the dialect that HELLO chooses", async (t) => {
  const { client } = await startRig(t);
  const raw = await client();
  const exchanges = [
    [["HELLO"], greeting(2, 1)],
    [["HELLO", "3"], greeting(3, 1)],
    [["hello"], greeting(3, 1)],
    [["GET", "nothing"], "_\r\n"],
    [["HELLO", "2"], greeting(2, 1)],
    [["GET", "nothing"], "$-1\r\n"],
  ] as const;
  for (const [words, expected] of exchanges) t.is(await raw.reply(command(...words), expected), expected);
});

test("a HELLO that fails in one part changes nothing", async (t) => {
  const { client } = await startRig(t, ["requirepass secret"]);
  const wrong: [string[], string][] = [
    [["HELLO", "3"], HELLO_NO_AUTH],
    [["HELLO"], HELLO_NO_AUTH],
    [["HELLO", "3", "SETNAME", "me"], HELLO_NO_AUTH],
    [["HELLO", "4", "AUTH", "default", "secret"], "-NOPROTO unsupported protocol version\r\n"],
    [["HELLO", "abc"], "-ERR Protocol version is not an integer or out of range\r\n"],
    [["HELLO", "3", "AUTH", "default", "bad"], WRONG],
    [["HELLO", "3", "AUTH", "nobody", "secret"], WRONG],
    [["HELLO", "3", "AUTH", "default"], "-ERR Syntax error in HELLO option 'AUTH'\r\n"],
    [["HELLO", "3", "AUTH", "default", "secret", "FOO"], "-ERR Syntax error in HELLO option 'FOO'\r\n"],
    [
      ["HELLO", "3", "AUTH", "default", "secret", "SETNAME", "a b"],
      "-ERR Client names cannot contain spaces, newlines or special characters.\r\n",
    ],
  ];
  for (const [words, expected] of wrong) {
    const raw = await client();
    t.is(await raw.reply(command(...words), expected), expected, words.join(" "));
    t.is(await raw.reply(command("PING"), NO_AUTH), NO_AUTH, words.join(" "));
    const unchanged = `+OK\r\n$-1\r\n$-1\r\n`;
    const look = command("AUTH", "secret") + command("CLIENT", "GETNAME") + command("GET", "nothing");
    t.is(await raw.reply(look, unchanged), unchanged, words.join(" "));
  }
});

test("a HELLO that succeeds changes all that it names", async (t) => {
  const { client } = await startRig(t, ["requirepass secret"]);
  const raw = await client();
  const words = ["HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me"];
  t.is(await raw.reply(command(...words), greeting(3, 1)), greeting(3, 1));
  const expected = `${bulk("me")}_\r\n`;
  t.is(await raw.reply(command("CLIENT", "GETNAME") + command("GET", "nothing"), expected), expected);
});

test("a client that has not authenticated gets redis-server's replies", async (t) => {
  const { ask } = await startRig(t, ["requirepass secret"]);
  const recorded: [string[][], string][] = [
    [[["PING"]], NO_AUTH],
    [[["GET", "a"]], NO_AUTH],
    [[["FOO"]], "-ERR unknown command 'FOO', with args beginning with: \r\n"],
    [[["GET"]], "-ERR wrong number of arguments for 'get' command\r\n"],
    [[["QUIT"]], "+OK\r\n"],
    [[["COMMAND"]], NO_AUTH],
    [[["CLIENT", "ID"]], NO_AUTH],
    [[["CLIENT", "FOO"]], "-ERR unknown subcommand 'FOO'. Try CLIENT HELP.\r\n"],
    [[["AUTH", "bad"]], WRONG],
    [[["AUTH", "secret"]], "+OK\r\n"],
    [[["AUTH", "default", "secret"]], "+OK\r\n"],
    [[["AUTH", "nouser", "bad"]], WRONG],
    [[["AUTH", "secret"], ["AUTH", "bad"], ["PING"]], `+OK\r\n${WRONG}+PONG\r\n`],
    [[["AUTH"]], "-ERR wrong number of arguments for 'auth' command\r\n"],
    [[["AUTH", "a", "b", "c"]], "-ERR syntax error\r\n"],
  ];
  for (const [commands, expected] of recorded) t.is(await ask(...commands), expected, commands[0]!.join(" "));
});

test("a wrong password costs 100 ms and holds up the commands behind it; the tenth closes the connection", async (t) => {
  const { client, node, log } = await startRig(t, ["requirepass secret"]);
  const raw = await client();
  const bad = command("AUTH", "bad");
  const badHello = command("HELLO", "3", "AUTH", "admin", "bad");
  raw.send(bad + badHello + bad.repeat(98) + command("AUTH", "secret"));
  await raw.until((text) => text.includes("WRONGPASS"));
  t.true(node.report.clientFigures.wrongPasswords <= 2, "the third is not judged when the first is answered");
  await raw.ended;
  t.is(raw.take(), WRONG.repeat(10));
  t.like(node.report.clientFigures, { wrongPasswords: 10, wrongPasswordCloses: 1 });
  t.regex(log.at(-1)!.msg, /^closed client 1, 127\.0\.0\.1:\d+: 10 wrong passwords$/);
  const other = await client();
  const started = performance.now();
  await other.reply(bad.repeat(3), WRONG.repeat(3));
  // A timer of 100 ms may fire half a millisecond early.
  t.true(performance.now() - started > 298);
  t.is(await other.reply(command("AUTH", "secret"), "+OK\r\n"), "+OK\r\n");
});

test("an authenticated client that gives a wrong password is held up, too, and stays authenticated", async (t) => {
  const { ask, node } = await startRig(t, ["requirepass secret"]);
  await ask(["AUTH", "secret"], ["GET", "scores:Tom"]);
  t.is(
    await ask(["AUTH", "secret"], ["AUTH", "bad"], ["GET", "scores:Tom"]),
    `+OK\r\n${WRONG}${bulk("value of Tom")}`,
  );
  t.regex(await ask(["AUTH", "secret"], ["INFO", "stats"]), /\r\nacl_access_denied_auth:1\r\n/);
  t.is(node.report.clientFigures.wrongPasswords, 1);
});

test("a command before the password has at most 10 words of 16384 bytes, with Redis' own errors", async (t) => {
  const { client } = await startRig(t, ["requirepass secret"]);
  for (const { name, request, reply } of unauthenticatedCases)
    t.is(await (await client()).all(request), reply, name);
});

test("AUTH without a requirepass gets the error that ioredis knows", async (t) => {
  const { ask } = await startRig(t);
  const text =
    "-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?\r\n";
  t.is(await ask(["AUTH", "x"]), text);
  t.is(await ask(["AUTH", "default", "x"], ["AUTH", "nouser", "x"]), `+OK\r\n${WRONG}`);
});

test("CONFIG SET requirepass holds for clients that connect later, until it is taken away again", async (t) => {
  const { client, ask } = await startRig(t);
  const raw = await client();
  await raw.reply(command("CONFIG", "SET", "requirepass", "secret"), "+OK\r\n");
  t.is(await raw.reply(command("PING"), "+PONG\r\n"), "+PONG\r\n");
  t.is(await ask(["PING"], ["AUTH", "secret"], ["PING"]), `${NO_AUTH}+OK\r\n+PONG\r\n`);
  const waiting = await client();
  t.is(await waiting.reply(command("PING"), NO_AUTH), NO_AUTH);
  await raw.reply(command("CONFIG", "SET", "requirepass", ""), "+OK\r\n");
  t.is(await waiting.reply(command("PING"), "+PONG\r\n"), "+PONG\r\n");
});

test("PING and ECHO return their message, and SELECT knows the databases of the conf", async (t) => {
  const { ask, ask3 } = await startRig(t);
  const odd = "\0\xff\r\n$";
  const commands = [["PING"], ["ping", "hello"], ["ECHO", odd], ["SELECT", "0"], ["PING", ""]];
  const expected = `+PONG\r\n${bulk("hello")}${bulk(odd)}+OK\r\n${bulk("")}`;
  t.is(await ask(...commands), expected);
  t.is(await ask3(...commands), expected);
  t.is(await ask(["SELECT", "16"]), "-ERR DB index is out of range\r\n");
  t.is(await ask(["SELECT", "a"]), "-ERR value is not an integer or out of range\r\n");
});

test("QUIT says OK and closes; no command behind it is executed", async (t) => {
  const { ask, node } = await startRig(t);
  t.is(await ask(["GET", "scores:Tom"], ["QUIT"], ["FLUSHALL"]), `${bulk("value of Tom")}+OK\r\n`);
  t.is(await node.cache.holdings.count(0), 1);
});
