/**
 * Goal: a client that asks for something carrotCache does not have gets the answer of a Redis without it.
 * Method: pipelines compared with a real redis-server. Only the type of a reply is checked where the text is
 * carrotCache's own.
 */
import test from "ava";
import { startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const PIPELINES = [
  ...[
    "CLUSTER",
    "CLUSTER INFO",
    "CLUSTER INFO x",
    "CLUSTER NODES",
    "CLUSTER SLOTS",
    "CLUSTER FOO",
    "CLUSTER MYID",
  ],
  ...["CLUSTER KEYSLOT", "CLUSTER KEYSLOT a", "CLUSTER COUNTKEYSINSLOT 5", "CLUSTER SHARDS", "cluster info"],
  ...["READONLY", "READWRITE", "ASKING", "READONLY x", "ROLE", "ROLE x"],
  ...["WAIT 0 0", "WAIT x 0", "WAIT 0 x", "WAIT 0 -1", "WAIT -1 0", "WAIT", "MULTI | WAIT 0 0 | EXEC"],
  ...["WAIT 0 9223372036854775808", "WAIT 99999999999999999999 0", "WAIT 0 1.5", "WAIT 5 0 0"],
  ...["LATENCY", "LATENCY LATEST", "LATENCY HISTORY a", "LATENCY FOO"],
  ...["LATENCY RESET", "LATENCY RESET a b", "LATENCY GRAPH a", "LATENCY HISTOGRAM nosuch", "LATENCY HISTORY"],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} commands about slots, replicas and latency answer as redis-server does`, (t) =>
    compareWithRedis(t, protocol, PIPELINES));
}

test("commands that replicate, script or debug are unknown, and the connection stays", async (t) => {
  const { ask } = await startRig(t);
  const names = ["SYNC", "PSYNC", "REPLCONF", "REPLICAOF", "FCALL", "SENTINEL"];
  for (const name of names)
    t.is(
      await ask([name, "a"], ["PING"]),
      `-ERR unknown command '${name}', with args beginning with: 'a' \r\n+PONG\r\n`,
    );
});

test("WAIT refuses a timeout that Redis 7.2 cannot add to the time of day", async (t) => {
  const { ask } = await startRig(t);
  for (const timeout of ["9223372036854775807", String(2n ** 63n - BigInt(Date.now()))])
    t.is(await ask(["WAIT", "0", timeout]), "-ERR timeout is out of range\r\n");
  t.is(await ask(["WAIT", "0", String(2n ** 63n - BigInt(2 * Date.now()))]), ":0\r\n");
});

test("WAITAOF answers as a Redis 7.2 without an append-only file", async (t) => {
  const { ask } = await startRig(t);
  t.is(await ask(["WAITAOF", "0", "0", "100"]), "*2\r\n:0\r\n:0\r\n");
  const noAof = "-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.\r\n";
  t.is(await ask(["WAITAOF", "1", "0", "100"]), noAof);
  t.is(await ask(["WAITAOF", "2", "0", "0"]), "-ERR value is out of range, value must between 0 and 1\r\n");
  t.is(await ask(["WAITAOF", "0", "-1", "0"]), "-ERR value is out of range, must be positive\r\n");
  t.is(await ask(["WAITAOF", "x", "0", "0"]), "-ERR value is not an integer or out of range\r\n");
  t.is(await ask(["WAITAOF", "0", "0", "-1"]), "-ERR timeout is negative\r\n");
});

test("LATENCY DOCTOR and LOLWUT are verbatim strings in RESP3", async (t) => {
  const { ask, ask3 } = await startRig(t, ['requirepass ""']);
  t.regex(await ask3(["LATENCY", "DOCTOR"], ["LOLWUT"]), /^(=\d+\r\ntxt:[\s\S]*\r\n){2}$/);
  t.regex(await ask(["LOLWUT", "VERSION", "5"]), /carrotCache ver\. \d/);
});
