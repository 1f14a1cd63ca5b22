/**
 * Goal: a program gets from its node the values that a client gets over a socket, as bytes of its own.
 * Method: nodes in this process, with loaders that answer when the test says so.
 */
import { runInNewContext } from "node:vm";
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { type CarrotNode, ConfError, LoadError, type Loader, startNode } from "../../server/library.ts";
import { reservePorts } from "../e2e/processes.ts";
import { until } from "../until.ts";
import { deferred } from "./loaders/deferred.ts";

async function nodeWith(t: ExecutionContext, loader: Loader, port = 0): Promise<CarrotNode> {
  const node = await startNode({
    directives: { port, "max-key-size": 100 },
    groups: { scores: { ttl: "1h", ...loader } },
  });
  t.teardown(() => node.close());
  return node;
}

test("a value is loaded once, whether the key is text or bytes", async (t) => {
  const loads: unknown[] = [];
  const node = await nodeWith(t, {
    load: (key) => {
      loads.push(key);
      return `value of ${key}`;
    },
  });
  t.deepEqual(await node.get("scores:Töm"), Buffer.from("value of Töm"));
  t.deepEqual(await node.get(new TextEncoder().encode("scores:Töm")), Buffer.from("value of Töm"));
  t.deepEqual(loads, ["Töm"]);
});

test("any bytes are a key", async (t) => {
  const node = await nodeWith(t, { load: (_key, { keyBytes }) => keyBytes });
  const key = Buffer.from("73636f7265733a00ff0d0a", "hex");
  t.deepEqual(await node.get(key), Buffer.from("00ff0d0a", "hex"));
});

test("get is null when the origin has no value, and when no group takes the key", async (t) => {
  const node = await nodeWith(t, { load: () => null });
  t.is(await node.get("scores:Nobody"), null);
  t.is(await node.get("other:Tom"), null);
});

test("a value belongs to its caller: changing it changes nothing for others", async (t) => {
  const loaded = deferred<string>();
  const node = await nodeWith(t, { load: () => loaded.promise });
  const both = Promise.all([node.get("scores:Tom"), node.get("scores:Tom")]);
  loaded.resolve("630");
  const [first, second] = await both;
  first!.fill("x");
  t.is(String(second), "630");
  (await node.get("scores:Tom"))!.fill("x");
  t.is(String(await node.get("scores:Tom")), "630");
});

test("a load that fails rejects with its text, and is tried again", async (t) => {
  let attempts = 0;
  const node = await nodeWith(t, {
    load: () => {
      if (attempts++ === 0) throw new Error("database is down");
      return "630";
    },
  });
  const error = await t.throwsAsync(node.get("scores:Tom"), { instanceOf: LoadError });
  t.is(error.message, "loader failed: database is down");
  t.is(error.name, "LoadError");
  t.is(String(await node.get("scores:Tom")), "630");
});

test("getMany loads together and keeps the order", async (t) => {
  const batches: unknown[] = [];
  const node = await nodeWith(t, {
    load: () => t.fail("loadMany is there") as never,
    loadMany: (keys) => {
      batches.push(keys);
      return keys.map((key) => (key === "x" ? null : `v${key}`));
    },
  });
  await node.get("scores:b");
  const values = await node.getMany(["scores:a", "scores:b", Buffer.from("scores:x"), "scores:a"]);
  t.deepEqual(
    values.map((value) => value && String(value)),
    ["va", "vb", null, "va"],
  );
  t.deepEqual(batches, [["b"], ["a", "x"]]);
  t.deepEqual(await node.getMany([]), []);
});

test("getMany rejects when one load fails", async (t) => {
  const node = await nodeWith(t, {
    load: (key) => {
      if (key === "b") throw new Error("no b");
      return "a";
    },
  });
  await t.throwsAsync(node.getMany(["scores:a", "scores:b"]), { message: "loader failed: no b" });
});

test("set puts a value into the cache, for a while or until it is deleted", async (t) => {
  let loads = 0;
  const node = await nodeWith(t, { load: () => String(++loads) });
  await node.set("scores:a", "630");
  await node.set(Buffer.from("scores:b"), Buffer.from([0xff, 0]), { ttlMs: 60_000 });
  t.is(String(await node.get("scores:a")), "630");
  t.deepEqual(await node.get("scores:b"), Buffer.from([0xff, 0]));
  t.is(loads, 0);
  t.is(await node.delete("scores:a", "scores:b"), 2);
  t.is(String(await node.get("scores:a")), "1");
});

test("set rejects what cannot be kept", async (t) => {
  const node = await nodeWith(t, { load: () => "1" });
  const most = 8 << 20;
  await t.throwsAsync(node.set("scores:a", Buffer.alloc(most + 1)), {
    instanceOf: RangeError,
    message: `value is too long (max ${most} bytes)`,
  });
  await t.throwsAsync(node.set("scores:".padEnd(9000), "1"), { instanceOf: RangeError });
  await t.throwsAsync(node.set("nobody's", "1"), { message: "no group takes the key" });
  for (const ttlMs of [0, -1, Number.NaN]) {
    await t.throwsAsync(node.set("scores:a", "1", { ttlMs }), { message: "ttlMs is not above 0" });
  }
  t.is(node.stats().scores?.entries, 0);
});

test("delete resolves to the number of entries, flush leaves none", async (t) => {
  let loads = 0;
  const node = await nodeWith(t, { load: () => String(++loads) });
  await node.getMany(["scores:a", "scores:b"]);
  t.is(await node.delete("scores:a", Buffer.from("scores:a"), "scores:c"), 1);
  t.is(await node.delete(), 0);
  t.is(String(await node.get("scores:a")), "3");
  await node.flush();
  t.is(node.stats().scores?.entries, 0);
  t.is(String(await node.get("scores:b")), "4");
});

test("stats has the figures of every group", async (t) => {
  const node = await nodeWith(t, { load: () => "1" });
  for (let i = 0; i < 3; i++) await node.get("scores:a");
  t.deepEqual(Object.keys(node.stats()), ["scores"]);
  const { hits, misses, loads, entries } = node.stats().scores!;
  t.deepEqual({ hits, misses, loads, entries }, { hits: 2, misses: 1, loads: 1, entries: 1 });
});

test("a key beyond max-key-size rejects", async (t) => {
  const node = await nodeWith(t, { load: () => "1" });
  t.is(String(await node.get("scores:".padEnd(100, "x"))), "1");
  const tooLong = "scores:".padEnd(101, "x");
  const expected = { instanceOf: RangeError, message: "key is too long (max 100 bytes)" };
  await t.throwsAsync(node.get(tooLong), expected);
  await t.throwsAsync(node.getMany([tooLong]), expected);
  await t.throwsAsync(node.delete(tooLong), expected);
});

const WRONG_TYPES: readonly (readonly [call: (node: CarrotNode) => Promise<unknown>, message: string])[] = [
  [(node) => node.get(7 as never), "key: expected text or bytes (a Uint8Array), got a number"],
  [(node) => node.get([1] as never), "key: expected text or bytes (a Uint8Array), got an array"],
  [(node) => node.getMany("scores:a" as never), "keys: expected an array of keys, got text"],
  [
    (node) => node.getMany(["scores:a", null as never]),
    "key: expected text or bytes (a Uint8Array), got null",
  ],
  [(node) => node.getMany(new Array(1)), "key: expected text or bytes (a Uint8Array), got undefined"],
  [(node) => node.delete(["scores:a"] as never), "key: expected text or bytes (a Uint8Array), got an array"],
  [(node) => node.delete("scores:a", 1 as never), "key: expected text or bytes (a Uint8Array), got a number"],
  [(node) => node.set({} as never, "1"), "key: expected text or bytes (a Uint8Array), got an object"],
  [(node) => node.set("scores:a", 5 as never), "value: expected text or bytes (a Uint8Array), got a number"],
  [
    (node) => node.set("scores:a", {} as never),
    "value: expected text or bytes (a Uint8Array), got an object",
  ],
  [(node) => node.set("scores:a", null as never), "value: expected text or bytes (a Uint8Array), got null"],
  [
    (node) => node.set("scores:a", Promise.resolve("1") as never),
    "value: expected text or bytes (a Uint8Array), got a Promise",
  ],
  [(node) => node.set("scores:a", "1", 60 as never), "set: expected an object, got a number"],
  [(node) => node.set("scores:a", "1", { ttl: 60 } as never), 'set: unknown option "ttl", expected ttlMs'],
  [(node) => node.set("scores:a", "1", { ttlMs: "60" } as never), "ttlMs: expected a number, got text"],
];

for (const [call, message] of WRONG_TYPES) {
  test(`a call of wrong types rejects and does nothing: ${call.toString().slice(10)}: ${message}`, async (t) => {
    const node = await nodeWith(t, { load: () => "1" });
    await t.throwsAsync(call(node), { instanceOf: TypeError, message });
    t.like(node.stats().scores, { entries: 0, loads: 0 });
  });
}

test("bytes of another realm are bytes", async (t) => {
  const node = await nodeWith(t, { load: () => "1" });
  const foreign = runInNewContext("new Uint8Array([54, 51, 48])") as Uint8Array;
  await node.set("scores:a", foreign);
  t.is(String(await node.get("scores:a")), "630");
});

test("close answers the gets under way before it closes the loader, and refuses later ones", async (t) => {
  const loaded = deferred<string>();
  const events: string[] = [];
  const [port] = await reservePorts(t, 1);
  const loader = { load: () => loaded.promise, close: () => void events.push("closed") };
  const node = await nodeWith(t, loader, port);
  const got = node.get("scores:Tom").then((value) => events.push(`got ${value}`));
  const closing = node.close();
  t.is(node.close(), closing);
  await t.throwsAsync(node.get("scores:Sam"), { message: "the node is closed" });
  await t.throwsAsync(node.delete("scores:Sam"), { message: "the node is closed" });
  await t.throwsAsync(node.flush(), { message: "the node is closed" });
  loaded.resolve("630");
  await Promise.all([got, closing]);
  t.deepEqual(events, ["got 630", "closed"]);
  await t.notThrowsAsync(startNode({ directives: { port } }).then((next) => next.close()));
});

test("a port in use is a ConfError, and a client's SHUTDOWN closes the node", async (t) => {
  const [httpPort] = await reservePorts(t, 1);
  const node = await startNode({ directives: { port: 0, "http-port": httpPort, loglevel: "nothing" } });
  await t.throwsAsync(startNode({ directives: { port: node.port } }), {
    instanceOf: ConfError,
    message: `startNode: port: 127.0.0.1:${node.port} is in use`,
  });
  const client = new Redis(node.port, "127.0.0.1", { retryStrategy: null });
  const ended = new Promise((resolve) => client.once("end", resolve));
  client.on("error", () => {});
  await client.call("SHUTDOWN").catch(() => {});
  await ended;
  await t.throwsAsync(node.get("a"), { message: "the node is closed" });
  // Not before its HTTP server has gone, so that this close is really a second one.
  const health = () => fetch(`http://127.0.0.1:${httpPort}/healthz`).catch(() => undefined);
  await until("nobody listens for HTTP", async () => (await health()) === undefined);
  await node.close();
});
