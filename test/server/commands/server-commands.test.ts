/**
 * Goal: INFO, TIME and SHUTDOWN answer as tools expect. Method: one node; info.test.ts has the text of INFO.
 * Errors and refusals are counted as a real redis-server counts them.
 */
import test from "ava";
import { until } from "../../until.ts";
import { bulk, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

test("INFO is a bulk, or a verbatim string in RESP3; a section's name is taken in any case", async (t) => {
  const { ask, ask3 } = await startRig(t);
  const replication = "# Replication\r\nrole:master\r\nconnected_slaves:0\r\nmaster_repl_offset:0\r\n";
  t.is(await ask(["INFO", "REPLICATION"]), bulk(replication));
  t.is(await ask3(["info", "replication"]), `=${replication.length + 4}\r\ntxt:${replication}\r\n`);
  t.is(await ask(["INFO", "nosuch"]), "$0\r\n\r\n");
});

/** The lines of commandstats without times, sorted: Redis has them in the order of a hash table. */
function sortedLines(answer: string): string {
  return answer
    .replaceAll(/\$\d+\r\n# (Commandstats|Errorstats)/g, "# $1")
    .replaceAll(/,usec=\d+,usec_per_call=[\d.]+/g, "")
    .replaceAll(/(?:cmdstat_[^\r]*\r\n)+/g, (lines) => `${lines.split("\r\n").sort().join("\r\n")}\r\n`);
}

/** Commands that are refused, that fail, and that a connection is not ready for. */
const REFUSED = [
  "GET | GET a b | NOSUCH | NOSUCH x | CLIENT NOSUCH | CLIENT | CLIENT SETNAME",
  "AUTH bob x | HELLO 9 | HELLO 3 AUTH bob x | SELECT x | CONFIG SET nosuch 1",
  "MULTI | NOSUCH | EXEC | EXEC | MULTI | GET | PING | EXEC | MULTI | GET scores:Tom | EXPIRE a x | EXEC",
  "SETEX a x b | EXPIRE a b c | WATCH | SUBSCRIBE | OBJECT ENCODING | PING a b",
  "PING | GETRANGE a x y | GETRANGE a 0 1",
  // What is done in place, between the same commands that go the general way.
  "SET scores:a 1 | EXISTS scores:a | EXISTS scores:a b | TTL scores:a | PTTL scores:b | EXPIRE scores:a 100",
  "SET scores:a 1 | EXPIRE scores:a 9 NX | EXPIRE scores:a -1 | PEXPIRE scores:b 7 | DEL scores:a | DEL scores:a b",
  "SETEX scores:a 100 x | UNLINK scores:a | DEL | TTL a b | EXPIRE scores:a x | SET scores:b 1 | UNLINK scores:b",
  "SET scores:a 1 | MULTI | TTL scores:a | DEL scores:a | EXISTS scores:a | EXEC | DEL scores:a | TTL scores:a",
];

for (const section of ["errorstats", "commandstats"]) {
  test(`INFO ${section} counts refusals and failures as redis-server does`, async (t) => {
    const pipelines = REFUSED.map((said) => `CONFIG RESETSTAT | ${said} | INFO ${section}`);
    await compareWithRedis(t, 2, pipelines, { normalize: sortedLines });
  });
}

test("TIME is now, in seconds and microseconds", async (t) => {
  const { ask } = await startRig(t, [], { clock: () => performance.now() });
  const before = Date.now();
  const time = async () => /^\*2\r\n\$\d+\r\n(\d+)\r\n\$\d+\r\n(\d+)\r\n$/.exec(await ask(["TIME"]))!;
  const [, seconds, micros] = await time();
  const now = Number(seconds) * 1000 + Number(micros) / 1000;
  t.true(Number(micros) < 1e6 && now >= before && now < Date.now() + 1);
  await until("a time within a millisecond", async () => Number((await time())[2]) % 1000 !== 0);
});

test("SHUTDOWN has no reply, ends the connection, and stops the node once", async (t) => {
  for (const words of [["SHUTDOWN"], ["shutdown", "NOSAVE"], ["SHUTDOWN", "save", "now", "FORCE"]]) {
    const { ask, shutdowns } = await startRig(t);
    t.is(await ask(["PING"], words, ["PING"]), "+PONG\r\n", words.join(" "));
    t.is(shutdowns(), 1);
  }
});

test("a SHUTDOWN with wrong words does not stop the node", async (t) => {
  const { ask, shutdowns } = await startRig(t);
  t.is(await ask(["SHUTDOWN", "FOO"], ["SHUTDOWN", "SAVE", "NOSAVE"]), "-ERR syntax error\r\n".repeat(2));
  t.is(await ask(["SHUTDOWN", "ABORT"]), "-ERR No shutdown in progress.\r\n");
  t.is(shutdowns(), 0);
});
