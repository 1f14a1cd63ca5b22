/**
 * Goal: tools read and set Redis' own parameters as in Redis, and limits in Redis' words become directives or are refused.
 * Method: errors compared with a real redis-server; what GET returns is given to SET.
 */
import test from "ava";
import { bulk, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const set = (...words: string[]) => ["CONFIG", "SET", ...words];
const LIMIT = "client-output-buffer-limit";
const refused = (reason: string) =>
  `-ERR CONFIG SET failed (possibly related to argument '${LIMIT}') - ${reason}\r\n`;

const PIPELINES = [
  ...[
    "CONFIG GET hz HZ h? nosuch",
    "CONFIG GET maxmemory-samples nosuch*",
    "CONFIG GET HZ",
    "CONFIG GET latency-monitor-threshold",
  ],
  ...[
    "CONFIG SET hz 50 | CONFIG GET hz",
    "CONFIG SET hz 0 | CONFIG GET hz",
    "CONFIG SET hz 501 | CONFIG GET hz",
  ],
  ...["CONFIG SET hz x", "CONFIG SET hz -1", "CONFIG SET hz 5.5", "CONFIG SET hz 99999999999"],
  ...["CONFIG SET maxmemory-samples 7 | CONFIG GET maxmemory-samples", "CONFIG SET maxmemory-samples 0"],
  ...["CONFIG SET latency-monitor-threshold -1", "CONFIG SET latency-monitor-threshold 9223372036854775808"],
  ...["CONFIG SET hz 20 hz 30", "CONFIG SET hz 77 latency-monitor-threshold x | CONFIG GET hz"],
  ...["CONFIG SET hz 10 nosuch 1", "CONFIG GET save SAVE sav?"],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} CONFIG has Redis' parameters as redis-server has them`, (t) =>
    compareWithRedis(t, protocol, PIPELINES));
}

test("what carrotCache cannot do is refused, what is so already may be set", async (t) => {
  const { ask } = await startRig(t);
  t.is(await ask(set("save", ""), set("appendonly", "no", "replica-read-only", "yes")), "+OK\r\n+OK\r\n");
  const immutable = (name: string) => refused("can't set immutable config").replace(LIMIT, name);
  t.is(
    await ask(set("save", "900 1"), set("appendonly", "yes")),
    immutable("save") + immutable("appendonly"),
  );
  t.is(await ask(["CONFIG", "GET", "save"]), `*2\r\n${bulk("save")}${bulk("")}`);
});

test("limits in Redis' words are the directives; what GET returns, SET takes", async (t) => {
  const { ask, node } = await startRig(t);
  const first = "normal 67108864 16777216 10 slave 0 0 0 pubsub 67108864 16777216 10";
  t.is(await ask(["CONFIG", "GET", LIMIT]), `*2\r\n${bulk(LIMIT)}${bulk(first)}`);
  t.is(await ask(set(LIMIT, first)), "+OK\r\n");
  t.like(node.conf, { maxOutputBytes: 1 << 26, softOutputBytes: 1 << 24, softOutputMs: 10_000 });
  t.is(
    await ask(set(LIMIT, "Normal 1mb 512kb 7 replica 1 2 3"), set(LIMIT, "slave 1 2 3")),
    "+OK\r\n+OK\r\n",
  );
  t.like(node.conf, { maxOutputBytes: 1 << 20, softOutputBytes: 1 << 19, softOutputMs: 7000 });
  t.is(await ask(set(LIMIT, "2mb")), "+OK\r\n", "carrot.conf's own syntax");
  t.is(node.conf.maxOutputBytes, 2 << 20);
});

test("limits that cannot be kept are refused, and change nothing", async (t) => {
  const { ask, node } = await startRig(t);
  const wrong: [string, string][] = [
    [
      "normal 1mb 0 0 pubsub 2mb 0 0",
      "normal and pubsub clients have one limit here: give both the same values",
    ],
    ["normal 0 0 0", "0 would be no limit, and there always is one here: give a number of bytes"],
    ["normal 1kb 0 0", 'expected at least 64kb, got "1kb"'],
  ];
  for (const [value, reason] of wrong) t.is(await ask(set("maxclients", "9", LIMIT, value)), refused(reason));
  t.like(node.conf, { maxOutputBytes: 1 << 26, softOutputBytes: 1 << 24, maxClients: 10_000 });
});

test("limits in wrong words are refused in the words of redis-server", async (t) => {
  const { ask } = await startRig(t);
  const count = "Wrong number of arguments in buffer limit configuration.";
  t.is(await ask(set(LIMIT, "normal 0 0"), set(LIMIT, "normal 1mb 0 0 pubsub")), refused(count).repeat(2));
  const kind = "Invalid client class specified in buffer limit configuration.";
  t.is(await ask(set(LIMIT, "foo 0 0 0"), set(LIMIT, "master 0 0 0")), refused(kind).repeat(2));
  const value = "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
  for (const wrong of ["normal x 0 0", "normal 1mb 0 -1", "normal 1mb 0 1s", "slave 1mb 0 x"])
    t.is(await ask(set(LIMIT, wrong)), refused(value), wrong);
});
