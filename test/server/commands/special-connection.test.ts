/**
 * Goal: MONITOR shows what Redis shows, byte for byte, and also hits.
 * Method: one client of a real redis-server says MONITOR while another sends commands; two clients of a node do the same.
 * Refusals, queueing and pauses are compared in the tests of their commands.
 */
import { connect } from "node:net";
import test from "ava";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { until } from "../../until.ts";
import { bulk, type Rig, startRig } from "../rig.ts";

const compared = testWith(program("redis-server"));

const LINES = [
  ...[
    "PING",
    "get scores:Tom",
    "MGET scores:Tom scores:no",
    "FOO a",
    "GET",
    'ECHO "\\\n\r\xff',
    "AUTH a b",
    "AUTH c",
  ],
  ...[
    "HELLO 2 AUTH a b",
    "CLIENT SETNAME x",
    "CONFIG GET port",
    "CLIENT LIST",
    "MULTI",
    "GET scores:Tom",
    "EXEC",
  ],
  ...[
    "MULTI",
    "PING x",
    "FOO",
    "EXEC",
    "WATCH a",
    "DEL a",
    "MULTI",
    "PING y",
    "EXEC",
    "SUBSCRIBE a",
    "PING z",
  ],
  ...["UNSUBSCRIBE", "RESET", "INFO server", "PING the-end", "QUIT"],
];
const SAID = LINES.map((line) => command(...line.split(" "))).join("");

/** The lines of MONITOR without time and address. */
const withoutPlace = (text: string) => text.replace(/^\+\d+\.\d{6} \[0 [^\]]+\] /gm, "+ ");

async function seenByRedis(redis: RedisServer): Promise<string> {
  const socket = connect({ path: redis.socket });
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  socket.write(command("MONITOR"));
  await until("redis-server has answered MONITOR", () => text.startsWith("+OK"));
  await redis.answer(Buffer.from(SAID, "latin1"));
  await until("MONITOR has shown the last command", () => text.includes("the-end"));
  socket.destroy();
  return withoutPlace(text);
}

async function watch({ client }: Rig) {
  const raw = await client();
  mustBeOk(await raw.reply(command("MONITOR"), "+OK\r\n"));
  return raw;
}

function mustBeOk(reply: string): void {
  if (reply !== "+OK\r\n") throw new Error(reply);
}

compared("a client that says MONITOR sees what redis-server would show", async (t) => {
  const redis = await RedisServer.start();
  t.teardown(() => redis.stop());
  const expected = await seenByRedis(redis);
  const rig = await startRig(t);
  const monitor = await watch(rig);
  const raw = await rig.client();
  await raw.all(SAID);
  await monitor.until((text) => text.includes("the-end"));
  t.is(`+OK\r\n${withoutPlace(monitor.text)}`, expected);
});

test("MONITOR shows hits, too, of connections old and new, until its client is gone", async (t) => {
  const rig = await startRig(t);
  const old = await rig.client();
  const hit = bulk("value of a");
  await old.reply(command("GET", "scores:a"), hit);
  const monitor = await watch(rig);
  await old.reply(command("GET", "scores:a"), hit);
  await rig.ask(["GET", "scores:a"]);
  await monitor.until((text) => text.split("\r\n").length === 3);
  t.is(withoutPlace(monitor.take()), '+ "GET" "scores:a"\r\n+ "GET" "scores:a"\r\n');
  const { hits } = rig.node.cache.groups.all[0]!.counters;
  monitor.socket.destroy();
  await until("the client that said MONITOR is gone", () => rig.node.report.clients.count === 1);
  t.deepEqual(rig.node.sessions.standing, []);
  await old.reply(command("GET", "scores:a"), hit);
  t.is(rig.node.cache.groups.all[0]!.counters.hits, hits + 1);
});

test("a client that says MONITOR may not use keys, gets no second reply, and is released by RESET", async (t) => {
  const { client } = await startRig(t);
  const raw = await client();
  raw.send(
    ["MONITOR", "MONITOR", "GET a", "DEL a", "CLIENT ID", "RESET", "GET a", "PING"]
      .map((line) => command(...line.split(" ")))
      .join(""),
  );
  await raw.until((text) => text.endsWith("+PONG\r\n"));
  t.regex(
    withoutPlace(raw.text),
    /^\+OK\r\n(-ERR Replica can't interact with the keyspace\r\n){2}:1\r\n\+ "CLIENT" "ID"\r\n\+RESET\r\n(\+ "RESET"\r\n)?\$-1\r\n\+PONG\r\n$/,
  );
  raw.take();
  t.is(
    await raw.all(command("MULTI") + command("MONITOR") + command("EXEC")),
    "+OK\r\n+QUEUED\r\n*1\r\n-ERR MONITOR isn't allowed for DENY BLOCKING client\r\n",
  );
});
