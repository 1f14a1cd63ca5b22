/**
 * Goal: channels, MONITOR, WATCH, KILL and PAUSE work between clients of different threads as between those of one.
 * Method: a real node with `threads 2`, one client on the main thread and one on a worker, in either role.
 */
import { once } from "node:events";
import type { Redis } from "ioredis";
import { testWith } from "../../needs.ts";
import { until } from "../../until.ts";
import { originValue } from "../origin.ts";
import { sharedThreaded, startThreaded, THREADS } from "./rig.ts";

const testThreads = testWith(THREADS);
const freshNode = sharedThreaded();

const bothWays = (pair: readonly [Redis, Redis]): [Redis, Redis][] => [
  [pair[0], pair[1]],
  [pair[1], pair[0]],
];

testThreads.serial("a message is heard on every thread, and counted", async (t) => {
  const node = await freshNode(t);
  const [main, worker] = await node.clients();
  const [a, b] = [await node.clientOn("main"), await node.clientOn("worker")];
  for (const listener of [a, b]) await listener.subscribe("news");
  await b.psubscribe("n*");
  for (const publisher of [main, worker]) {
    const heard = [once(a, "message"), once(b, "message"), once(b, "pmessage")];
    t.is(await publisher.publish("news", "hi"), 3);
    t.deepEqual(await Promise.all(heard), [
      ["news", "hi"],
      ["news", "hi"],
      ["n*", "news", "hi"],
    ]);
    t.deepEqual(await publisher.pubsub("NUMSUB", "news"), ["news", 2]);
    t.is(await publisher.call("PUBSUB", "NUMPAT"), 1);
  }
});

testThreads.serial(
  "a transaction runs on any thread, unless a watched key has changed on the other thread",
  async (t) => {
    const node = await freshNode(t);
    for (const [one, other] of bothWays(await node.clients())) {
      const replies = await one.multi().get("item:a").del("item:a").exists("item:a").echo("x").exec();
      t.deepEqual(replies, [
        [null, originValue("a")],
        [null, 1],
        [null, 0],
        [null, "x"],
      ]);
      await one.watch("item:w");
      await other.del("item:w");
      t.is(await one.multi().get("item:a").exec(), null);
      await one.watch("item:w");
      t.deepEqual(await one.multi().get("item:a").exec(), [[null, originValue("a")]]);
    }
  },
);

testThreads.serial("a client has its database on every thread", async (t) => {
  const node = await startThreaded(t, ["--group", "default ttl 0"]);
  for (const [one, other] of bothWays(await node.clients())) {
    await one.select(3);
    await one.set("k", "three");
    t.is(await other.get("k"), null);
    await other.select(3);
    t.deepEqual([await other.get("k"), await other.mget("k"), await other.dbsize()], ["three", ["three"], 1]);
    t.deepEqual(await other.keys("*"), ["k"]);
    await one.flushdb();
    t.is(await other.get("k"), null);
    for (const client of [one, other]) await client.select(0);
  }
});

testThreads.serial("MONITOR shows the commands of every thread, hits too", async (t) => {
  const node = await freshNode(t);
  const [main, worker] = await node.clients();
  await main.get("item:a");
  for (const where of ["main", "worker"] as const) {
    const monitor = await node.socketOn(where);
    let shown = "";
    monitor.on("data", (chunk) => (shown += chunk.toString("latin1")));
    monitor.write("MONITOR\r\n");
    await until("MONITOR is on", () => shown === "+OK\r\n");
    for (const client of [main, worker]) {
      await client.get("item:a");
      await client.echo(where);
    }
    await until("both clients' commands are shown", () => shown.split(`"${where}"\r\n`).length > 2);
    t.deepEqual(shown.match(/"(get|echo)"/g), ['"get"', '"echo"', '"get"', '"echo"']);
    monitor.destroy();
  }
});

testThreads.serial("KILL and PAUSE reach the clients of the other thread", async (t) => {
  const node = await freshNode(t);
  const pair = await node.clients();
  for (const [one, other] of bothWays(pair)) {
    const victim = await node.clientOn(other === pair[0] ? "main" : "worker");
    const gone = once(victim, "end");
    t.is(await one.client("KILL", "ID", await victim.client("ID")), 1);
    await gone;
    t.is(await one.client("PAUSE", 100_000, "WRITE"), "OK");
    let isDone = false;
    const deleted = other.del("item:a").then(() => (isDone = true));
    t.is(await one.get("item:a"), originValue("a"));
    t.false(isDone);
    t.is(await one.client("UNPAUSE"), "OK");
    t.true(await deleted);
  }
});

testThreads.serial(
  "SLOWLOG and commandstats have the commands of every thread, in their order",
  async (t) => {
    const node = await startThreaded(t, ["--slowlog-log-slower-than", "0"]);
    const [main, worker] = await node.clients();
    await main.slowlog("RESET");
    for (const client of [main, worker, main, worker]) await client.echo("x");
    await main.call("CONFIG", "SET", "slowlog-log-slower-than", "-1");
    const entries = (await worker.slowlog("GET", -1)) as [number, number, number, string[]][];
    const echoes = entries.filter(([, , , words]) => words[0] === "echo");
    t.is(echoes.length, 4);
    t.deepEqual(
      echoes.map(([id]) => id),
      echoes.map(([id]) => id).sort((a, b) => b - a),
    );
    t.regex(await worker.info("commandstats"), /cmdstat_echo:calls=4,/);
    t.is(await worker.slowlog("RESET"), "OK");
    t.is(await main.slowlog("LEN"), 0);
  },
);

testThreads.serial("RESET and CLIENT REPLY work on a worker", async (t) => {
  const node = await freshNode(t);
  const words = (...lines: string[]) => lines.map((line) => `${line}\r\n`).join("");
  t.is(
    await node.talk("worker", words("MULTI", "RESET", "CLIENT REPLY SKIP", "ECHO a", "ECHO b", "QUIT")),
    "+OK\r\n+RESET\r\n$1\r\nb\r\n+OK\r\n",
  );
});
