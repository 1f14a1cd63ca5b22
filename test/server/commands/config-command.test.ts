/**
 * Goal: CONFIG GET returns the values in force. CONFIG SET changes all or nothing, and a changed directive changes what
 * the node does. Every directive that may change has its proof here, or the file of its proof is named here.
 * Method: a client sets each directive of a node, and the test looks at what the node does then.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import pino from "pino";
import { directives } from "../../../server/conf/directives.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import { startServer } from "../../../server/main.ts";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { HeldLoader, turn } from "../fakes.ts";
import { bulk, RawClient, type Rig, startRig } from "../rig.ts";

const set = (...words: string[]) => ["CONFIG", "SET", ...words];
const refused = (name: string, reason: string) =>
  `-ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}\r\n`;

test("GET takes several patterns, and returns each directive once", async (t) => {
  const { ask, ask3 } = await startRig(t, ["maxmemory 100mb"]);
  t.is(await ask(["CONFIG", "GET", "maxmemory"]), `*2\r\n${bulk("maxmemory")}${bulk("104857600")}`);
  t.is(await ask3(["CONFIG", "GET", "maxmemory"]), `%1\r\n${bulk("maxmemory")}${bulk("104857600")}`);
  t.is(await ask(["CONFIG", "GET", "nosuch", "x*"]), "*0\r\n");
  const policy = `${bulk("maxmemory-policy")}${bulk("allkeys-lfu")}`;
  t.is(
    await ask(["CONFIG", "GET", "max?emory", "maxmemory*y", "maxmemory"]),
    `*4\r\n${bulk("maxmemory")}${bulk("104857600")}${policy}`,
  );
  t.is(await ask(["CONFIG", "GET", "group scores t*l"]), `*2\r\n${bulk("group scores ttl")}${bulk("0")}`);
});

test("GET answers what redis-benchmark and other tools ask for first, and shows no secret", async (t) => {
  const { ask } = await startRig(t, ["cluster-secret hush"]);
  t.is(
    await ask(["CONFIG", "GET", "save"], ["CONFIG", "GET", "appendonly"]),
    `*2\r\n${bulk("save")}${bulk("")}*2\r\n${bulk("appendonly")}${bulk("no")}`,
  );
  t.is(await ask(["CONFIG", "GET", "cluster-secret"]), `*2\r\n${bulk("cluster-secret")}${bulk("(hidden)")}`);
  t.false((await ask(["CONFIG", "GET", "*"])).includes("hush"));
});

test("SET changes all that it names, or changes nothing and says what is wrong", async (t) => {
  const { ask, node } = await startRig(t);
  t.is(await ask(set("maxclients", "7", "timeout", "8")), "+OK\r\n");
  t.is(node.conf.maxClients, 7);
  const wrong: [string[], string][] = [
    [
      ["maxclients", "9", "timeout", "soon"],
      refused("timeout", 'expected seconds or a time such as 5m, got "soon"'),
    ],
    [["maxclients", "9", "port", "1"], refused("port", "can't set immutable config")],
    [
      ["maxclients", "9", "nosuch", "1"],
      "-ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'\r\n",
    ],
    [["maxclients", "9", "maxclients", "10"], refused("maxclients", "duplicate parameter")],
    [["maxclients", "9", "timeout"], "-ERR syntax error\r\n"],
    [
      ["maxclients", "9", "group scores loader", "none"],
      refused("group scores loader", "can't set immutable config"),
    ],
    [
      ["maxclients", "9", "group nosuch ttl", "1s"],
      "-ERR Unknown option or number of arguments for CONFIG SET - 'group nosuch ttl'\r\n",
    ],
  ];
  for (const [words, expected] of wrong) {
    const got = await ask(set(...words));
    t.is(
      got.replace(/expected .*, got/, "expected ..., got"),
      expected.replace(/expected .*, got/, "expected ..., got"),
    );
    t.is(node.conf.maxClients, 7, words.join(" "));
    t.is(node.conf.timeoutMs, 8000, words.join(" "));
  }
});

test("RESETSTAT sets the counters back to zero, and keeps the entries", async (t) => {
  const { ask, node, clock } = await startRig(t, ["group scores ttl 1s"]);
  await ask(["GET", "scores:Tom"], ["GET", "scores:Tom"]);
  clock.advance(2000);
  node.cache.groups.all[0]!.store.sweep(1);
  await ask(["GET", "scores:Tom"]);
  t.regex(await ask(["INFO", "stats"]), /expired_keys:1\r\n/);
  t.is(await ask(["CONFIG", "RESETSTAT"]), "+OK\r\n");
  const info = await ask(["INFO"]);
  for (const field of ["expired_keys", "evicted_keys", "keyspace_hits", "keyspace_misses", "loads"]) {
    t.true(info.includes(`\r\n${field}:0\r\n`), field);
  }
  t.true(info.includes("\r\ntotal_connections_received:1\r\n"));
  t.is(await ask(["DBSIZE"]), ":1\r\n");
});

/** Shows what a directive does after a client has set it. The rig's loads end when the test says so. */
type Proof = (
  rig: Rig & { loader: HeldLoader; set: (...words: string[]) => Promise<void> },
) => Promise<unknown>;

const asks = async (loader: HeldLoader, count: number) => {
  await until(`${count} loads are under way`, () => loader.loads.length >= count);
};

/** Loads `scores:KEY`, for which the loader answers `value`. */
async function load({ ask, loader }: Rig & { loader: HeldLoader }, name: string, value: string | null) {
  const before = loader.loads.length;
  const answer = ask(["GET", `scores:${name}`]);
  await asks(loader, before + 1);
  loader.loads[before]!.resolve(value);
  return answer;
}

const PROOFS: Readonly<Record<string, [value: string, proof: Proof, shows: unknown]>> = {
  maxclients: [
    "1",
    async ({ client, ask }) => [await client(), await ask(["PING"])][1],
    "-ERR max number of clients reached\r\n",
  ],
  requirepass: ["secret", ({ ask }) => ask(["PING"]), "-NOAUTH Authentication required.\r\n"],
  "admin-password": [
    "root",
    ({ ask }) => ask(["CONFIG", "SET", "maxclients", "1"]),
    "-NOPERM this user has no permissions to run the 'config|set' command\r\n",
  ],
  "stall-timeout": [
    "5s",
    async ({ client, clock, node }) => {
      const raw = await client();
      raw.send("PIN");
      await until("the node has read half a command", () =>
        Array.from(node.clients.all()).some(({ pendingBytes }) => pendingBytes > 0),
      );
      clock.advance(5001);
      node.clients.sweep();
      await raw.ended;
      return raw.text;
    },
    "",
  ],
  timeout: [
    "5",
    async ({ client, clock, node }) => {
      const raw = await client();
      await raw.reply(command("PING"), "+PONG\r\n");
      clock.advance(5001);
      node.clients.closeIdle();
      return raw.ended;
    },
    undefined,
  ],
  loglevel: [
    "nothing",
    async ({ ask, log, node }) => {
      const before = log.length;
      await ask(["SHUTDOWN"]);
      return [node.log.level, log.length - before];
    },
    ["silent", 0],
  ],
  "tracking-table-max-keys": [
    "2",
    async ({ client, node }) => {
      const raw = await client();
      raw.send(command("CLIENT", "TRACKING", "ON"));
      await raw.reply(command("EXISTS", "scores:1", "scores:2", "scores:3"), "+OK\r\n:0\r\n");
      return node.cache.tracking.figures.keys;
    },
    2,
  ],
  "shutdown-timeout": [
    "30ms",
    async ({ client, loader, node }) => {
      const raw = await client();
      raw.send(command("GET", "scores:never"));
      await asks(loader, 1);
      await node.close();
      return node.clients.size;
    },
    0,
  ],
  "max-key-size": ["8", ({ ask }) => ask(["GET", "scores:Tom"]), "-ERR key is too long (max 8 bytes)\r\n"],
  "client-query-buffer-limit": [
    "64kb",
    ({ ask }) => ask(["ECHO", "x".repeat(70_000)]),
    "-ERR Protocol error: invalid bulk length\r\n",
  ],
  "client-output-buffer-limit": ["64kb", ({ ask }) => ask(["ECHO", "x".repeat(70_000)]), ""],
  "max-pending-commands": [
    "2",
    async ({ client, loader }) => {
      const raw = await client();
      raw.send(["a", "b", "c"].map((name) => command("GET", `scores:${name}`)).join(""));
      await asks(loader, 2);
      await turn();
      const before = loader.loads.length;
      loader.release();
      return before;
    },
    2,
  ],
  "group scores ttl": [
    "100s",
    async (rig) => [await load(rig, "Tom", "630"), await rig.ask(["TTL", "scores:Tom"])],
    [bulk("630"), ":100\r\n"],
  ],
  "group scores ttl-jitter": [
    "50%",
    async (rig) => {
      await rig.set("group scores ttl", "100s");
      rig.dice.value = 1;
      await load(rig, "Tom", "630");
      return rig.ask(["TTL", "scores:Tom"]);
    },
    ":50\r\n",
  ],
  "group scores negative-ttl": [
    "0",
    async (rig) => {
      await load(rig, "nobody", null);
      await load(rig, "nobody", null);
      return rig.loader.loads.length;
    },
    2,
  ],
  "group scores loader-timeout": [
    "20ms",
    ({ ask }) => ask(["GET", "scores:never"]),
    "-ERR loader timeout after 20 ms\r\n",
  ],
  "group scores loader-concurrency": [
    "1",
    async ({ client, loader, node }) => {
      const raw = await client();
      raw.send(command("MGET", "scores:a", "scores:b", "scores:c"));
      await asks(loader, 1);
      const figures = node.cache.groups.all[0]!.queue.figures;
      loader.release();
      return figures;
    },
    { active: 1, queued: 2 },
  ],
  "group scores loader-queue": [
    "0",
    async ({ client, loader, ask, set: change }) => {
      await change("group scores loader-concurrency", "1");
      const raw = await client();
      raw.send(command("GET", "scores:a"));
      await asks(loader, 1);
      const answer = await ask(["GET", "scores:b"]);
      loader.release();
      return answer;
    },
    "-ERR loader busy (queue full)\r\n",
  ],
  "notify-keyspace-events": [
    "Kg",
    async ({ client, ask }) => {
      const listens = await client();
      listens.send(command("SUBSCRIBE", "__keyspace@0__:scores:Tom"));
      await listens.until((text) => text.endsWith(":1\r\n"));
      listens.take();
      await ask(["SET", "scores:Tom", "1"], ["PERSIST", "scores:Tom"], ["DEL", "scores:Tom"]);
      await listens.until((text) => text.includes("del"));
      return listens.take();
    },
    "*3\r\n$7\r\nmessage\r\n$25\r\n__keyspace@0__:scores:Tom\r\n$3\r\ndel\r\n",
  ],
  "slowlog-log-slower-than": [
    "0",
    ({ ask }) => ask(["SLOWLOG", "RESET"], ["PING"], ["SLOWLOG", "LEN"]),
    "+OK\r\n+PONG\r\n:1\r\n",
  ],
  "slowlog-max-len": [
    "1",
    async ({ ask, set: change }) => {
      await change("slowlog-log-slower-than", "0");
      return ask(["PING"], ["PING"], ["SLOWLOG", "LEN"]);
    },
    "+PONG\r\n+PONG\r\n:1\r\n",
  ],
};

for (const [name, [value, proof, shows]] of Object.entries(PROOFS)) {
  test(`CONFIG SET ${name} changes what the node does`, async (t) => {
    const loader = new HeldLoader();
    const rig = await startRig(t, ["shutdown-timeout 1s"], { loader });
    t.teardown(() => loader.release());
    const change = async (...words: string[]) => {
      const raw = await rig.client();
      t.is(await raw.reply(command(...set(...words)), "+OK\r\n"), "+OK\r\n");
      raw.socket.destroy();
      await until("the client is gone", () => rig.node.clients.size === 0);
    };
    await change(name, value);
    t.deepEqual(await proof({ ...rig, loader, set: change }), shows);
  });
}

/** These proofs need more than a node and a client. They are in node.test.ts (another member) and in clients.test.ts. */
const ELSEWHERE = [
  ...["peer-timeout", "protected-mode", "tcp-keepalive"],
  ...["client-output-soft-limit", "client-output-soft-time"],
];

test("every directive that may change has its proof", (t) => {
  const changeable = directives
    .filter((row) => row.changeable)
    .map(({ scope, name }) => (scope === "group" ? `group scores ${name}` : name));
  t.deepEqual([...Object.keys(PROOFS), ...ELSEWHERE].sort(), changeable.sort());
});

test("REWRITE writes what SET has changed into the file; without a file it says so, as redis-server does", async (t) => {
  const { ask } = await startRig(t);
  const without = "-ERR The server is running without a config file\r\n";
  t.is(await ask(["CONFIG", "REWRITE"]), without);
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-config-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, "carrot.conf");
  writeFileSync(file, "port 0 # any\ntimeout 5\n");
  const server = await startServer(readConf({ file }), { log: pino({ level: "silent" }) });
  t.teardown(() => server.close());
  const client = await RawClient.connect(server.port);
  t.is(
    await client.all(command("CONFIG", "SET", "timeout", "6") + command("CONFIG", "REWRITE")),
    "+OK\r\n+OK\r\n",
  );
  t.is(readFileSync(file, "utf8"), "port 0 # any\ntimeout 6\n");
  rmSync(file);
  const again = await RawClient.connect(server.port);
  t.is(
    await again.all(command("CONFIG", "REWRITE")),
    "-ERR Rewriting config file: No such file or directory\r\n",
  );
});
