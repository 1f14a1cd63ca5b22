/**
 * Goal: two threads are one server. What a client sees does not depend on the thread of its connection. A hit keeps only
 * that thread busy.
 * Method: a real node with `threads 2` and an origin that counts; clients on the thread that the test chooses.
 */
import type { Redis } from "ioredis";
import { testWith } from "../../needs.ts";
import { until } from "../../until.ts";
import { originValue } from "../origin.ts";
import { reservePorts } from "../processes.ts";
import { sharedThreaded, startThreaded, THREADS } from "./rig.ts";

const testThreads = testWith(THREADS);
const freshNode = sharedThreaded();

/** The number behind a name in INFO or in /metrics. */
function figure(text: string, name: string): number {
  const found = new RegExp(`^${name}[: ](\\d+)`, "m").exec(text);
  return Number(found?.[1] ?? Number.NaN);
}

async function statsOf(client: Redis): Promise<Record<string, number>> {
  const fields = (await client.call("CARROT.STATS", "item")) as (string | number)[];
  const pairs = fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1]]] : []));
  return Object.fromEntries(pairs);
}

testThreads.serial("connections are spread over the threads, and ids are unique", async (t) => {
  const node = await freshNode(t);
  const clients = [];
  for (let i = 0; i < 20; i++) clients.push(await node.clientOn(i % 2 === 0 ? "main" : "worker"));
  const ids = await Promise.all(clients.map((client) => client.client("ID")));
  t.is(new Set(ids).size, clients.length);
  const lines = String(await clients[0]!.client("LIST"))
    .trim()
    .split("\n");
  const listed = lines.map((line) => Number(/^id=(\d+) /.exec(line)?.[1]));
  t.true(ids.every((id) => listed.includes(id)));
  t.deepEqual(
    listed,
    [...listed].sort((a, b) => a - b),
  );
});

testThreads.serial("2,000 GETs of a cold key at once, over both threads, are one load", async (t) => {
  const node = await freshNode(t);
  const [main, worker] = await node.clients();
  const gets = Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? main : worker).get("item:cold"));
  t.deepEqual(new Set(await Promise.all(gets)), new Set([originValue("cold")]));
  t.is(node.origin.total(), 1);
  const stats = await statsOf(worker);
  t.is(stats.hits! + stats.misses!, 2000);
  t.is(stats.loads, 1);
});

testThreads.serial(
  "a worker answers a hit by itself, and the main thread has no command to run",
  async (t) => {
    const node = await freshNode(t);
    const [main, worker] = await node.clients();
    await main.get("item:a");
    const before = await node.ask("mainHits");
    for (let i = 0; i < 10; i++) t.is(await worker.get("item:a"), originValue("a"));
    t.is(await node.ask("mainHits"), before);
    t.is((await statsOf(worker)).hits, 10);
  },
);

testThreads.serial("what is deleted or flushed on one thread is gone on the other", async (t) => {
  const node = await freshNode(t);
  const [main, worker] = await node.clients();
  for (const [one, other] of [
    [main, worker],
    [worker, main],
  ] as const) {
    for (let round = 0; round < 50; round++) {
      const loads = node.origin.total();
      await other.get("item:d");
      t.is(await one.del("item:d"), 1);
      await other.get("item:d");
      t.is(await one.exists("item:d"), 1);
      await one.flushall();
      t.is(await other.exists("item:d"), 0);
      t.is(node.origin.total(), loads + 2);
    }
  }
});

testThreads.serial(
  "a GET behind a DEL in one pipeline does not see what was deleted, on either thread",
  async (t) => {
    const node = await freshNode(t);
    let version = 0;
    node.origin.respond = (_key, response) => void response.end(`v${++version}`);
    for (const where of ["main", "worker"] as const) {
      version = 0;
      await node.talk("main", "FLUSHALL\r\n");
      await node.talk("main", "GET item:v\r\n");
      const text = await node.talk(
        where,
        "GET item:v\r\nDEL item:v\r\nGET item:v\r\nFLUSHALL\r\nMGET item:v item:v\r\nPING\r\n",
      );
      t.is(text, "$2\r\nv1\r\n:1\r\n$2\r\nv2\r\n+OK\r\n*2\r\n$2\r\nv3\r\n$2\r\nv3\r\n+PONG\r\n", where);
    }
  },
);

testThreads.serial(
  "INFO, CARROT.STATS, CLIENT LIST and /metrics have the exact sums of all threads",
  async (t) => {
    const [httpPort] = await reservePorts(t, 1);
    const node = await startThreaded(t, ["--http-port", String(httpPort)]);
    const [main, worker] = await node.clients();
    await main.get("item:a");
    t.is(await worker.config("RESETSTAT"), "OK");
    // On each thread 3 hits and a negative hit; only the first GET of item:none is a miss.
    for (const client of [main, worker]) {
      await client.mget("item:a", "item:a");
      await client.get("item:a");
      await client.get("item:none");
    }
    const stats = await statsOf(main);
    t.like(stats, { hits: 6, negative_hits: 1, misses: 1, loads: 1 });
    // RESETSTAT does not count itself; INFO does.
    const info = await worker.info("stats");
    t.is(figure(info, "total_commands_processed"), 8);
    t.is(figure(info, "keyspace_hits"), 7);
    t.is(figure(info, "keyspace_misses"), 1);
    t.is(figure(await main.info("clients"), "connected_clients"), 2);
    t.is(
      String(await main.client("LIST"))
        .trim()
        .split("\n").length,
      2,
    );
    const metrics = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
    t.is(figure(metrics, "carrot_commands_total"), 10);
    t.is(figure(metrics, "carrot_connections"), 2);
    t.is(figure(metrics, 'carrot_hits_total\\{group="item",kind="store"\\}'), 6);
    // Only commands that waited for a load or for another thread are counted here.
    t.true(figure(metrics, "carrot_wait_duration_seconds_count") >= 4);
    t.is(await worker.config("RESETSTAT"), "OK");
    t.is(figure(await main.info("stats"), "total_commands_processed"), 1);
  },
);

testThreads.serial("CONFIG SET is in force on every thread when it is answered", async (t) => {
  const node = await startThreaded(t);
  const [main, worker] = await node.clients();
  for (const [one, other] of [
    [main, worker],
    [worker, main],
  ] as const) {
    await one.config("SET", "max-key-size", "6");
    await t.throwsAsync(other.get("item:long"), { message: /key is too long \(max 6 bytes\)/ });
    await one.config("SET", "max-key-size", "8kb");
    await other.get("item:long");
    await one.config("SET", "client-query-buffer-limit", "64kb");
    t.regex(await node.talk(where(other), "*1\r\n$70000\r\n"), /^-ERR Protocol error: invalid bulk length/);
    await one.config("SET", "client-query-buffer-limit", "512mb");
    await one.config("SET", "requirepass", "s\u00e9cret");
    t.is(await node.talk(where(other), "PING\r\n"), "-NOAUTH Authentication required.\r\n");
    t.is(await node.talk(where(other), "AUTH s\u00c3\u00a9cret\r\nPING\r\n"), "+OK\r\n+PONG\r\n");
    await one.config("SET", "requirepass", "");
  }
  t.deepEqual((await node.ask("confOrder")).slice(-2), ["workers have answered", "in force"]);
  function where(client: Redis): "main" | "worker" {
    return client === main ? "main" : "worker";
  }
});

testThreads.serial("CONFIG SET loglevel reaches the workers' lines", async (t) => {
  const node = await startThreaded(t, ["--loglevel", "nothing"]);
  const main = await node.clientOn("main");
  await node.talk("worker", "POST / HTTP/1.1\r\n\r\n");
  t.notRegex(node.output(), /closed client/);
  await main.config("SET", "loglevel", "notice");
  // Another reason to close, because each reason has one line a minute.
  await node.talk("worker", "*x\r\n");
  const [line] = await node.printed(/# closed client.*/);
  t.regex(line, /closed client \d+, 127\.0\.0\.1:\d+: Protocol error.* thread=2/);
});

testThreads.serial("maxclients counts the clients of all threads", async (t) => {
  const node = await startThreaded(t);
  const [main, worker] = await node.clients();
  await worker.config("SET", "maxclients", "2");
  for (let i = 0; i < 8; i++) {
    t.is(await node.talk("any", ""), "-ERR max number of clients reached\r\n");
  }
  t.is(figure(await main.info("stats"), "rejected_connections"), 8);
  await main.config("SET", "maxclients", "3");
  // Wait until the client before has gone: the thread that counts clients may hear of its end late.
  for (let i = 0; i < 8; i++) {
    const clients = async () => figure(await main.info("clients"), "connected_clients");
    await until("the one before has gone", async () => (await clients()) === 2);
    t.is(await node.talk("any", "PING\r\n"), "+PONG\r\n");
  }
});

testThreads.serial("a connection on a worker has its own name, dialect and password", async (t) => {
  const node = await startThreaded(t, ["--requirepass", "secret"]);
  const words =
    "GET item:a\r\nAUTH wrong\r\nHELLO 3 AUTH default secret SETNAME here\r\nCLIENT GETNAME\r\nGET item:none\r\n";
  for (const where of ["main", "worker"] as const) {
    const text = await node.talk(
      where,
      `${words}GET item:none\r\nDEL item:none\r\nHELLO 2\r\nGET item:none\r\n`,
    );
    t.regex(text, /^-NOAUTH .*\r\n-WRONGPASS .*\r\n%7\r\n/, where);
    t.regex(
      text,
      /modules\r\n\*0\r\n\$4\r\nhere\r\n_\r\n_\r\n:0\r\n\*14\r\n[\s\S]*modules\r\n\*0\r\n\$-1\r\n$/,
      where,
    );
  }
});

testThreads.serial("replies leave a worker in order, with slow loads in between", async (t) => {
  const node = await freshNode(t);
  const held: (() => void)[] = [];
  node.origin.respond = (key, response) => {
    const answer = () => void response.end(key);
    if (key.startsWith("slow")) held.push(answer);
    else answer();
    // The last one that was asked is answered first.
    if (held.length === 3) for (const each of held.reverse()) each();
  };
  for (const where of ["main", "worker"] as const) {
    held.length = 0;
    await node.talk("main", "FLUSHALL\r\nGET item:hit\r\n");
    const keys = ["slow1", "hit", "slow2", "miss", "hit", "slow3", "hit"];
    const text = await node.talk(
      where,
      `${keys.map((key) => `GET item:${key}\r\nECHO ${key}\r\n`).join("")}`,
    );
    t.is(text, keys.map((key) => `$${key.length}\r\n${key}\r\n`.repeat(2)).join(""), where);
  }
});

testThreads.serial("a worker ends a connection as the main thread does: protocol errors, QUIT", async (t) => {
  const node = await freshNode(t);
  for (const where of ["main", "worker"] as const) {
    t.is(
      await node.talk(where, "PING\r\n*1\r\n$x\r\nPING\r\n"),
      "+PONG\r\n-ERR Protocol error: invalid bulk length\r\n",
    );
    t.is(
      await node.talk(where, "GET item:q\r\nQUIT\r\nPING\r\n"),
      `$${originValue("q").length}\r\n${originValue("q")}\r\n+OK\r\n`,
    );
    t.regex(
      await node.talk(where, "NOSUCH\r\nGET\r\n"),
      /^-ERR unknown command .*\r\n-ERR wrong number .*\r\n$/,
    );
  }
});

testThreads.serial("8 MiB, binary keys and a mixed MGET pass through a worker unchanged", async (t) => {
  const node = await freshNode(t);
  const big = Buffer.alloc(8 << 20, "0123456789abcdef");
  node.origin.respond = (key, response) => void response.end(key === "big" ? big : originValue(key));
  const worker = await node.clientOn("worker");
  // The first one goes through the main thread, the second does not.
  for (let i = 0; i < 2; i++) t.true(big.equals((await worker.getBuffer("item:big"))!));
  const binary = Buffer.from("item:\0\xff\r\n$3\r\n ", "latin1");
  const value = originValue("%00%FF%0D%0A%243%0D%0A%20");
  for (let i = 0; i < 2; i++) t.is(await worker.get(binary), value);
  t.is(await worker.del(binary), 1);
  const mixed = await worker.mgetBuffer("item:big", "item:new", binary, "nobody", "item:big");
  t.deepEqual(
    mixed.map((each) => each?.length ?? null),
    [big.length, originValue("new").length, value.length, null, big.length],
  );
  t.is(node.origin.total(), 4);
});
