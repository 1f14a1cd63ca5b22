/**
 * Goal: a client that caches by itself hears of every change, whichever node it is connected to, whichever node owns
 * the key and whichever node makes the change. When its own node may have missed a change, it hears that nothing holds.
 * Method: three real processes, an HTTP origin that the test changes, clients in RESP3 that show every push.
 */
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { command } from "../proto/read-commands.ts";
import { RawClient } from "../server/rig.ts";
import { CachingClient, hammer } from "./caching-client.ts";
import { type LinkedNodes, linkedNodes } from "./linked-nodes.ts";
import { originValue } from "./origin.ts";
import { staleRounds } from "./own-changes.ts";

/** Groups beside `item`, each for one test. */
const GROUPS = {
  small: ["maxmemory 1mb", "max-value-size 10kb"],
  brief: ["ttl 500ms", "negative-ttl 500ms"],
  hammered: ["ttl 300ms"],
  unkept: ["negative-ttl 0"],
};

interface Rig extends LinkedNodes {
  /** A client of the node at this place that tracks. */
  tracking(node: number, ...words: string[]): Promise<RawClient>;
  /** A reply of the node at this place, whole. */
  ask(node: number, ...words: string[]): Promise<string>;
  /** A key that the node at this place owns. */
  keyOf(node: number, prefix?: string): Promise<string>;
}

const freshNodes = linkedNodes(({ port }) => [
  "group item ttl-jitter 0%",
  ...Object.entries(GROUPS).flatMap(([group, lines]) =>
    [`loader http http://127.0.0.1:${port}/items/{key}`, "loader-timeout 30s", "ttl-jitter 0%", ...lines].map(
      (line) => `group ${group} ${line}`,
    ),
  ),
]);

async function setUp(t: ExecutionContext): Promise<Rig> {
  const linked = await freshNodes();
  const open = async (node: number) => {
    const client = await RawClient.connect(linked.nodes[node]!.port);
    t.teardown(() => client.socket.destroy());
    return client;
  };
  const tracking = async (node: number, ...words: string[]) => {
    const client = await open(node);
    client.send(command("HELLO", "3") + command("CLIENT", "TRACKING", "ON", ...words));
    await client.until((text) => text.endsWith("+OK\r\n"));
    client.take();
    return client;
  };
  const ask = async (node: number, ...words: string[]) => (await open(node)).all(command(...words));
  const keyOf = async (node: number, prefix = "item:") => {
    for (let i = 0; ; i++) {
      const owner = await ask(0, "CARROT.OWNER", `${prefix}${i}`);
      if (owner.includes(linked.nodes[node]!.peerId)) return `${prefix}${i}`;
    }
  };
  return { ...linked, tracking, ask, keyOf };
}

const invalidate = (key: string) => `>2\r\n$10\r\ninvalidate\r\n*1\r\n$${key.length}\r\n${key}\r\n`;
const ALL = ">2\r\n$10\r\ninvalidate\r\n_\r\n";

/** Sends a command and takes its reply, which ends in `end`. */
async function read(client: RawClient, end: string, ...words: string[]): Promise<string> {
  client.send(command(...words));
  await client.until((text) => text.endsWith(end));
  return client.take();
}

async function hears(t: ExecutionContext, client: RawClient, push: string): Promise<void> {
  await client.until((text) => text.includes(push));
  t.true(client.take().includes(push));
}

test.serial(
  "a client hears of a key that is deleted, set or given another lifetime at a third node",
  async (t) => {
    const { tracking, ask, keyOf } = await setUp(t);
    const key = await keyOf(1);
    const client = await tracking(0);
    for (const change of [
      ["DEL", key],
      ["SET", key, "v2"],
      ["EXPIRE", key, "50"],
      ["PERSIST", key],
      ["GETDEL", key],
    ]) {
      await read(client, "\r\n", "GET", key);
      await ask(2, ...change);
      await hears(t, client, invalidate(key));
    }
    for (const look of ["EXISTS", "TTL", "STRLEN", "TYPE"]) {
      await read(client, "\r\n", look, key);
      await ask(2, "GET", key);
      await hears(t, client, invalidate(key));
      await ask(2, "DEL", key);
      client.take();
    }
    await read(client, "\r\n", "GET", key);
    await ask(2, "FLUSHALL");
    await hears(t, client, ALL);
  },
);

test.serial("a client that deletes another node's key gets the reply first, and one push", async (t) => {
  const { tracking, keyOf } = await setUp(t);
  const key = await keyOf(1);
  const client = await tracking(0);
  await read(client, "\r\n", "GET", key);
  client.send(command("DEL", key) + command("ECHO", "end"));
  await client.until((text) => text.includes("end\r\n") && text.includes(invalidate(key)));
  const text = client.take();
  t.true(text.startsWith(":1\r\n"), text);
  await read(client, "\r\n", "GET", key);
  await read(client, "(end)\r\n", "ECHO", "(end)");
  t.is(text.split("invalidate").length, 2, text);
});

test.serial("what a client invalidates comes with the reply, whichever node owns the key", async (t) => {
  const { nodes, keyOf } = await setUp(t);
  for (const owner of [0, 1]) {
    for (const words of [[], ["BCAST"]]) {
      const socket = (await RawClient.connect(nodes[0]!.port)).socket;
      t.teardown(() => socket.destroy());
      t.deepEqual(await staleRounds(socket, await keyOf(owner), 160, ...words), []);
    }
  }
});

test.serial("a client hears when another node's entry expires or is evicted", async (t) => {
  const { tracking, ask, keyOf } = await setUp(t);
  const key = await keyOf(1, "small:");
  const client = await tracking(0);
  await ask(2, "SET", key, "short", "PX", "300");
  t.is(await read(client, "\r\n", "STRLEN", key), ":5\r\n");
  await hears(t, client, invalidate(key));
  t.is(await ask(0, "EXISTS", key), ":0\r\n");
  await ask(2, "SET", key, "to be evicted");
  await read(client, "evicted\r\n", "GET", key);
  // Each node owns a third of these values, which is more than it can hold.
  for (let i = 0; i < 500; i++) await ask(1, "SET", `small:filler${i}`, "x".repeat(9000));
  await hears(t, client, invalidate(key));
});

test.serial(
  "a client hears when a loaded value or a cached null expires, and the next GET loads what the origin has then",
  async (t) => {
    const { origin, tracking, ask, keyOf } = await setUp(t);
    const key = await keyOf(1, "brief:");
    let value: string | undefined = "one";
    origin.respond = (_key, response) => void response.writeHead(value === undefined ? 404 : 200).end(value);
    const client = await tracking(0);
    for (const next of ["two", undefined, "three"]) {
      await read(client, value === undefined ? "_\r\n" : `${value}\r\n`, "GET", key);
      value = next;
      await hears(t, client, invalidate(key));
      t.is(await ask(2, "GET", key), next === undefined ? "$-1\r\n" : `$${next.length}\r\n${next}\r\n`);
    }
  },
);

test.serial(
  "a miss that is not kept is told once, behind the reply, whichever node owns the key",
  async (t) => {
    const { origin, tracking, keyOf } = await setUp(t);
    origin.respond = (_key, response) => void response.writeHead(404).end();
    for (const owner of [0, 1]) {
      const key = await keyOf(owner, "unkept:");
      const client = await tracking(0);
      client.send(command("GET", key));
      const expected = `_\r\n${invalidate(key)}`;
      await client.until((text) => text.length >= expected.length);
      t.is(await read(client, "end\r\n", "ECHO", "end"), `${expected}$3\r\nend\r\n`);
    }
  },
);

test.serial("a node that may have missed a change tells its clients that nothing holds", async (t) => {
  const { nodes, tracking, keyOf, restart } = await setUp(t);
  const key = await keyOf(1);
  const clients = [await tracking(0), await tracking(0, "BCAST"), await tracking(2, "NOLOOP")];
  for (const client of clients) await read(client, "\r\n", "GET", key);
  nodes[1]!.kill("SIGKILL");
  for (const client of clients) await hears(t, client, ALL);
  for (const client of clients) await read(client, "\r\n", "GET", key);
  await restart(1);
  for (const client of clients) await hears(t, client, ALL);
});

test.serial("when the node that owns a key stands still, clients hear that nothing holds", async (t) => {
  const { nodes, tracking, keyOf } = await setUp(t);
  const key = await keyOf(1);
  const client = await tracking(0);
  await read(client, "\r\n", "GET", key);
  nodes[1]!.kill("SIGSTOP");
  await hears(t, client, ALL);
  nodes[1]!.kill("SIGCONT");
  await hears(t, client, ALL);
});

test.serial("BCAST hears of changes anywhere, of its prefixes only", async (t) => {
  const { tracking, ask, keyOf } = await setUp(t);
  const [mine, other] = [await keyOf(1, "item:mine"), await keyOf(2, "item:other")];
  const client = await tracking(0, "BCAST", "PREFIX", "item:mine");
  await ask(2, "SET", other, "x");
  await ask(2, "SET", mine, "x");
  await client.until((text) => text.includes("invalidate"));
  t.true(client.take().startsWith(invalidate(mine)));
});

test.serial("no copy that a client of any node keeps stays wrong", async (t) => {
  const { nodes } = await setUp(t);
  const clients = await Promise.all(
    nodes.flatMap(({ port }) => [CachingClient.open(port), CachingClient.open(port, ["BCAST", "NOLOOP"])]),
  );
  const writers = nodes.map(({ port }) => new Redis(port, "127.0.0.1"));
  t.teardown(() => {
    for (const client of clients) client.close();
    for (const writer of writers) writer.disconnect();
  });
  const keys = Array.from({ length: 12 }, (_, i) => `hammered:${i}`);
  const change = (key: string, round: number) => {
    const by = writers[Math.floor(Math.random() * writers.length)]!;
    if (round % 7 === 0) return by.pexpire(key, 50);
    return round % 3 === 0 ? by.del(key) : by.set(key, `${round}`, "PX", 200 + (round % 5) * 100);
  };
  // A value that was set expires; a loaded value is the same each time.
  const loaded = async (key: string) => {
    const value = await writers[0]!.get(key);
    return value === originValue(key.slice("hammered:".length)) ? value : undefined;
  };
  await hammer(clients, keys, 1000, change, loaded);
  t.true(clients.every(({ pushes }) => pushes > 0));
});
