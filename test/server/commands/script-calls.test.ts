/**
 * Goal: a script reaches its declared keys of its own database, TIME, ECHO and PING, and nothing else; one that may only
 * read writes nothing; redis.log goes to the log.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { bulk, startRig } from "../rig.ts";

const LINES = ["group default loader none"];
const NOTHING = { loader: { load: () => null }, clock: () => performance.now() };
const caught = (call: string) => `return redis.pcall(${call}).err`;

test("a key that is not declared is refused, whichever command names it", async (t) => {
  const { ask } = await startRig(t, LINES, NOTHING);
  await ask(["SET", "other", "1"]);
  for (const call of [
    "'GET', 'other'",
    "'SET', 'other', 1",
    "'MGET', KEYS[1], 'other'",
    "'RENAME', KEYS[1], 'other'",
    "'DEL', 'other'",
  ])
    t.is(
      await ask(["EVAL", caught(call), "1", "a"]),
      bulk("ERR Script attempted to access a key that it has not declared: 'other'"),
    );
  t.is(await ask(["GET", "other"]), bulk("1"));
});

test("commands without keys are refused, but for TIME, ECHO and PING", async (t) => {
  const { ask } = await startRig(t, LINES, NOTHING);
  for (const name of [
    "FLUSHALL",
    "DBSIZE",
    "KEYS', '*",
    "CARROT.PEERS",
    "SHUTDOWN",
    "CONFIG', 'GET', 'port",
    "EVAL', 'return 1', '0",
  ])
    t.is(
      await ask(["EVAL", caught(`'${name}'`), "0"]),
      bulk("ERR This Redis command is not allowed from script"),
      name,
    );
  t.is(
    await ask(["EVAL", "return {#redis.call('TIME'), redis.call('ECHO', 'x'), redis.call('PING')}", "0"]),
    `*3\r\n:2\r\n${bulk("x")}+PONG\r\n`,
  );
});

test("MONITOR shows what a script calls, behind the script", async (t) => {
  const { ask, client } = await startRig(t, LINES, NOTHING);
  const monitor = await client();
  await monitor.reply(command("MONITOR"), "+OK\r\n");
  await ask([
    "EVAL",
    "redis.pcall('GET', 'other') return redis.call('SET', KEYS[1], ARGV[1])",
    "1",
    "a",
    "b",
  ]);
  await monitor.until((text) => text.includes("lua]"));
  t.regex(monitor.take(), /^\+\S+ \[0 127\S+\] "EVAL" .*\r\n\+\d+\.\d{6} \[0 lua\] "SET" "a" "b"\r\n$/);
});

test("as in redis-server, INFO counts what scripts call by command: performed, refused and failed", async (t) => {
  const { ask } = await startRig(t, LINES, NOTHING);
  await ask(["CONFIG", "RESETSTAT"]);
  const calls = [
    "'set', KEYS[1]",
    "'nosuch'",
    "'incr', KEYS[1], 1",
    "'set', KEYS[1], 'x'",
    "'incr', KEYS[1]",
  ];
  await ask(["EVAL", calls.map((call) => `redis.pcall(${call})`).join(" "), "1", "a"]);
  await ask(["EVAL", "return redis.call('SUBSCRIBE', 'x')", "0"]);
  await ask(["EVAL_RO", "return redis.call('INCR', KEYS[1])", "1", "a"]);
  const info = await ask(["INFO", "commandstats"]);
  const countsOf = (name: string) =>
    new RegExp(`cmdstat_${name}:calls=(\\d+),.*,rejected_calls=(\\d+),failed_calls=(\\d+)`)
      .exec(info)
      ?.slice(1);
  t.deepEqual(countsOf("set"), ["1", "1", "0"]);
  t.deepEqual(countsOf("incr"), ["1", "2", "1"]);
  t.deepEqual(countsOf("subscribe"), ["0", "1", "0"]);
  t.deepEqual(countsOf("eval"), ["2", "0", "1"]);
});

test("EVAL_RO writes nothing, by no command", async (t) => {
  const { ask } = await startRig(t, LINES, NOTHING);
  await ask(["SET", "a", "1"]);
  for (const call of [
    "'SET', KEYS[1], 2",
    "'DEL', KEYS[1]",
    "'EXPIRE', KEYS[1], 5",
    "'RENAME', KEYS[1], KEYS[1]",
    "'GETDEL', KEYS[1]",
  ])
    t.is(
      await ask(["EVAL_RO", caught(call), "1", "a"]),
      bulk("ERR Write commands are not allowed from read-only scripts."),
    );
  t.is(await ask(["EVAL_RO", "return redis.call('GET', KEYS[1])", "1", "a"]), bulk("1"));
});

test("the keys are those of the client's database, under the names that the client says", async (t) => {
  const { ask } = await startRig(t, LINES, NOTHING);
  const script = "redis.call('SET', KEYS[1], ARGV[1]) return {KEYS[1], redis.call('GET', KEYS[1])}";
  t.is(
    await ask(
      ["EVAL", script, "1", "\0a", "zero"],
      ["SELECT", "1"],
      ["EVAL", script, "1", "\0a", "one"],
      ["EVAL", caught("'GET', 'b'"), "1", "a"],
      ["SELECT", "0"],
      ["GET", "\0a"],
    ),
    `*2\r\n${bulk("\0a")}${bulk("zero")}+OK\r\n*2\r\n${bulk("\0a")}${bulk("one")}${bulk("ERR Script attempted to access a key that it has not declared: 'b'")}+OK\r\n${bulk("zero")}`,
  );
});

test("redis.log writes to the log", async (t) => {
  const { ask, log } = await startRig(t, LINES, NOTHING);
  await ask(["EVAL", "redis.log(redis.LOG_WARNING, 'from', 'a script', 5)", "0"]);
  t.true(log.some((line) => line.level === 40 && (line as { script?: string }).script === "from a script 5"));
});

test("a value that cannot be kept, or a full store, is an error of the call", async (t) => {
  const lines = ["group default loader none", "group default max-value-size 10b", "max-key-size 8"];
  const { ask } = await startRig(t, lines, NOTHING);
  t.is(
    await ask(["EVAL", caught("'SET', KEYS[1], 'longer than ten'"), "1", "a"]),
    bulk("ERR value is too long (max 10 bytes)"),
  );
  t.is(
    await ask(["EVAL", caught("'GET', KEYS[1]"), "1", "longer than 8"]),
    bulk("ERR key is too long (max 8 bytes)"),
  );
});
