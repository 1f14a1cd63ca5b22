/**
 * Goal: subscribing, publishing and RESP2's subscribed mode are as in redis-server, byte for byte.
 * Method: pipelines of one client compared with a real redis-server; messages between clients, and the limit of names,
 * on a node of real parts. A client's messages to itself are not compared: here they come behind the reply to PUBLISH,
 * as in Redis 7.2 and later.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { turn } from "../fakes.ts";
import { bulk, type RawClient, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const PIPELINES = [
  ...[
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "PSUBSCRIBE",
    "PUNSUBSCRIBE",
    "SSUBSCRIBE",
    "SUNSUBSCRIBE",
    "UNSUBSCRIBE a b",
  ],
  ...[
    "SUBSCRIBE a | SUBSCRIBE a b | PSUBSCRIBE x* | UNSUBSCRIBE b | UNSUBSCRIBE a | PUNSUBSCRIBE | UNSUBSCRIBE",
  ],
  ...[
    "SSUBSCRIBE s t | SUBSCRIBE a | SUNSUBSCRIBE s | SUNSUBSCRIBE t | UNSUBSCRIBE | SUNSUBSCRIBE | PUNSUBSCRIBE",
  ],
  ...[
    "subscribe a | GET scores:Tom | PING | PING hi | CLIENT GETNAME | HELLO 3 | FOO | GET | MULTI | QUIT | PING",
  ],
  ...["PSUBSCRIBE a | PUBLISH b x | PING a b", "SSUBSCRIBE a | SPUBLISH b x | RESET | GET scores:Tom"],
  ...["SUBSCRIBE a | RESET | PING | UNSUBSCRIBE", "SUBSCRIBE a | UNSUBSCRIBE | GET scores:Tom | PING"],
  ...["PUBLISH a x", "PUBLISH a", "PUBLISH a x y", "SPUBLISH a x", "SPUBLISH a"],
  ...[
    "PUBSUB",
    "PUBSUB FOO",
    "PUBSUB CHANNELS",
    "PUBSUB CHANNELS a b",
    "PUBSUB CHANNELS a",
    "PUBSUB SHARDCHANNELS",
  ],
  ...["PUBSUB NUMSUB", "PUBSUB NUMSUB a b a", "PUBSUB NUMPAT", "PUBSUB NUMPAT x", "PUBSUB SHARDNUMSUB a"],
  ...["PUBSUB SHARDCHANNELS a b", "MULTI | SUBSCRIBE a | PING | EXEC | PING", "MULTI | UNSUBSCRIBE | EXEC"],
  ...[
    "MULTI | PUBLISH a x | EXEC",
    "HELLO 3 | PING | SUBSCRIBE a | GET scores:Tom | PING hi | PUBSUB NUMSUB a",
  ],
  ...[
    "HELLO 3 | SUBSCRIBE  | PUBSUB CHANNELS | PUBSUB CHANNELS * | PUBSUB CHANNELS ",
    "HELLO 3 | PSUBSCRIBE * | PUBLISH  x",
  ],
  ...["HELLO 3 | PSUBSCRIBE a* b* | PUBSUB NUMPAT | PUBSUB CHANNELS | HELLO 2 | GET scores:Tom"],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} channels are as redis-server's`, (t) => compareWithRedis(t, protocol, PIPELINES));
}

const array = (type: string, ...texts: string[]) => `${type}${texts.length}\r\n${texts.map(bulk).join("")}`;

test("a message reaches every subscriber, in its dialect, and the publisher gets their number", async (t) => {
  const { client, ask } = await startRig(t);
  const [two, three, pattern, shard] = (await Promise.all([client(), client(), client(), client()])) as [
    RawClient,
    ...RawClient[],
  ];
  const say = async (raw: RawClient, ...lines: string[]) => {
    const done = raw.until((text) => /:\d\r\n$/.test(text));
    raw.send(lines.map((line) => command(...line.split(" "))).join(""));
    await done;
    raw.take();
  };
  await say(two, "SUBSCRIBE news odd");
  await say(three!, "HELLO 3", "SUBSCRIBE news");
  await say(pattern!, "HELLO 3", "PSUBSCRIBE n* *s");
  await say(shard!, "SSUBSCRIBE news");
  t.is(await ask(["PUBLISH", "news", "hi\r\n\0\xff"]), ":4\r\n");
  t.is(await ask(["PUBLISH", "nobody", "hi"], ["SPUBLISH", "news", "shard"]), ":1\r\n:1\r\n");
  const hi = "hi\r\n\0\xff";
  t.is(two.take(), array("*", "message", "news", hi));
  t.is(three!.take(), array(">", "message", "news", hi));
  t.is(
    pattern!.take(),
    array(">", "pmessage", "n*", "news", hi) +
      array(">", "pmessage", "*s", "news", hi) +
      array(">", "pmessage", "n*", "nobody", "hi"),
  );
  t.is(shard!.take(), array("*", "smessage", "news", "shard"));
  t.is(
    await ask(["PUBSUB", "CHANNELS"], ["PUBSUB", "CHANNELS", "o*"], ["PUBSUB", "NUMSUB", "news", "no"]),
    `${array("*", "news", "odd")}${array("*", "odd")}*4\r\n${bulk("news")}:2\r\n${bulk("no")}:0\r\n`,
  );
  t.is(await ask(["PUBSUB", "NUMPAT"], ["PUBSUB", "SHARDCHANNELS"]), `:2\r\n${array("*", "news")}`);
  for (const raw of [two, three!, pattern!, shard!]) raw.socket.destroy();
  await until("nobody listens to a pattern", async () => (await ask(["PUBSUB", "NUMPAT"])) === ":0\r\n");
  t.is(
    await ask(["PUBSUB", "CHANNELS"], ["PUBSUB", "SHARDCHANNELS"], ["PUBLISH", "news", "x"]),
    "*0\r\n*0\r\n:0\r\n",
  );
});

test("what a client publishes to itself comes behind the reply", async (t) => {
  const { ask3 } = await startRig(t);
  t.is(
    await ask3(["SUBSCRIBE", "a"], ["PUBLISH", "a", "x"], ["PING"]),
    `>3\r\n${bulk("subscribe")}${bulk("a")}:1\r\n:1\r\n${array(">", "message", "a", "x")}+PONG\r\n`,
  );
});

test("a subscribed client is not idle, and its names may take client-query-buffer-limit at most", async (t) => {
  const { client, clock, node } = await startRig(t, ["timeout 10", "client-query-buffer-limit 64kb"]);
  const raw = await client();
  const name = "x".repeat(40_000);
  raw.send(command("SUBSCRIBE", name) + command("SUBSCRIBE", name));
  await raw.until((text) => text.endsWith("(max 65536 bytes)\r\n"));
  raw.take();
  clock.advance(60_000);
  node.clients.closeIdle();
  await turn();
  t.is(
    await raw.reply(command("UNSUBSCRIBE", "no"), "*3"),
    `*3\r\n${bulk("unsubscribe")}${bulk("no")}:1\r\n`,
  );
});
