// Uses one Node library or framework unmodified, as its own documentation shows: node node.mjs NAME PORT [PORT of a second node].
// Ends with 0 when everything that it does comes out right. The packages are those of ../npm/package.json.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const [name, port, other = port] = process.argv.slice(2);
const url = `redis://127.0.0.1:${port}`;
const address = { host: "127.0.0.1", port: Number(port) };

const uses = {
  async keyv() {
    const { default: Keyv } = await import("keyv");
    const { default: KeyvRedis } = await import("@keyv/redis");
    const keyv = new Keyv({ store: new KeyvRedis(url), namespace: "users" });
    await keyv.set("a", { n: 1 });
    await keyv.set("b", "gone soon", 50);
    assert.deepEqual(await keyv.get("a"), { n: 1 });
    assert.deepEqual(await keyv.getMany(["a", "none"]), [{ n: 1 }, undefined]);
    assert.equal(await keyv.has("a"), true);
    await sleep(80);
    assert.equal(await keyv.get("b"), undefined);
    const names = [];
    for await (const [key] of keyv.iterator()) names.push(key);
    assert.deepEqual(names, ["a"]);
    assert.equal(await keyv.delete("a"), true);
    await keyv.set("c", 1);
    await keyv.clear();
    assert.equal(await keyv.get("c"), undefined);
    await keyv.disconnect();
  },

  async "cache-manager"() {
    const { createCache } = await import("cache-manager");
    const { createKeyv } = await import("@keyv/redis");
    const cache = createCache({ stores: [createKeyv(url)], ttl: 60_000 });
    let loads = 0;
    const load = async () => ++loads;
    assert.deepEqual([await cache.wrap("k", load), await cache.wrap("k", load)], [1, 1]);
    await cache.mset([
      { key: "x", value: 1 },
      { key: "y", value: 2 },
    ]);
    assert.deepEqual(await cache.mget(["x", "y", "z"]), [1, 2, undefined]);
    assert.ok((await cache.ttl("k")) > 0);
    await cache.del("k");
    assert.equal(await cache.get("k"), undefined);
    await cache.clear();
    await cache.disconnect();
  },

  async cacheable() {
    const { Cacheable } = await import("cacheable");
    const { default: KeyvRedis } = await import("@keyv/redis");
    const cache = new Cacheable({ secondary: new KeyvRedis(url), ttl: "1h" });
    await cache.set("k", { n: 1 });
    const second = new Cacheable({ secondary: new KeyvRedis(url) });
    assert.deepEqual(await second.get("k"), { n: 1 });
    await second.setMany([
      { key: "a", value: 1 },
      { key: "b", value: 2 },
    ]);
    assert.deepEqual(await cache.getMany(["a", "b"]), [1, 2]);
    assert.equal(await cache.take("k").then((value) => value.n), 1);
    await second.clear();
    await Promise.all([cache.disconnect(), second.disconnect()]);
  },

  async "@nestjs/cache-manager"() {
    await import("reflect-metadata");
    const { CacheModule, CACHE_MANAGER } = await import("@nestjs/cache-manager");
    const { NestFactory } = await import("@nestjs/core");
    const { createKeyv } = await import("@keyv/redis");
    class App {}
    const imports = [CacheModule.registerAsync({ useFactory: () => ({ stores: [createKeyv(url)] }) })];
    const app = await NestFactory.createApplicationContext({ module: App, imports }, { logger: false });
    const cache = app.get(CACHE_MANAGER);
    await cache.set("nest", { n: 1 }, 1000);
    assert.deepEqual(await cache.get("nest"), { n: 1 });
    await cache.del("nest");
    assert.equal(await cache.get("nest"), undefined);
    await cache.disconnect();
    await app.close();
  },

  async unstorage() {
    const { createStorage } = await import("unstorage");
    const { default: redisDriver } = await import("unstorage/drivers/redis");
    const storage = createStorage({ driver: redisDriver({ base: "base", ...address }) });
    await storage.setItem("a", { n: 1 });
    await storage.setItem("b:c", "2", { ttl: 100 });
    await storage.setItemRaw("raw", Buffer.from([0, 255, 13, 10]));
    assert.deepEqual(await storage.getItem("a"), { n: 1 });
    assert.deepEqual((await storage.getKeys()).sort(), ["a", "b:c", "raw"]);
    assert.equal(await storage.hasItem("a"), true);
    await storage.removeItem("a");
    assert.equal(await storage.getItem("a"), null);
    await storage.clear();
    assert.deepEqual(await storage.getKeys(), []);
    await storage.dispose();
  },

  async bentocache() {
    const { BentoCache, bentostore } = await import("bentocache");
    const { memoryDriver } = await import("bentocache/drivers/memory");
    const { redisBusDriver, redisDriver } = await import("bentocache/drivers/redis");
    const { Redis } = await import("ioredis");
    const at = (where) => {
      const connection = { host: "127.0.0.1", port: Number(where) };
      const store = bentostore()
        .useL1Layer(memoryDriver({ maxSize: "10mb" }))
        .useL2Layer(redisDriver({ connection: new Redis(connection) }))
        .useBus(redisBusDriver({ connection }));
      return new BentoCache({ default: "two", stores: { two: store } });
    };
    const [here, there] = [at(port), at(other)];
    await here.getOrSet({ key: "k", factory: async () => "one", ttl: "1h" });
    assert.equal(await there.get({ key: "k" }), "one");
    // The bus tells the other process, connected to another node, to drop its own copy.
    await sleep(200);
    await here.set({ key: "k", value: "two", ttl: "1h" });
    for (let tries = 0; (await there.get({ key: "k" })) !== "two"; tries++) {
      assert.ok(tries < 100, "the bus reaches the clients of the other node");
      await sleep(20);
    }
    await here.deleteByTag({ tags: ["t"] });
    await here.delete({ key: "k" });
    await Promise.all([here.disconnectAll(), there.disconnectAll()]);
  },

  async "connect-redis"() {
    const { RedisStore } = await import("connect-redis");
    const { default: session } = await import("express-session");
    const { default: express } = await import("express");
    const { createClient } = await import("redis");
    const client = createClient({ url });
    await client.connect();
    const store = new RedisStore({ client });
    const app = express();
    app.use(session({ store, secret: "s", resave: false, saveUninitialized: false }));
    app.get("/", (request, response) => {
      request.session.visits = (request.session.visits ?? 0) + 1;
      response.send(String(request.session.visits));
    });
    const server = app.listen(0);
    await new Promise((resolve) => server.once("listening", resolve));
    const page = `http://127.0.0.1:${server.address().port}/`;
    const first = await fetch(page);
    const cookie = first.headers.get("set-cookie").split(";")[0];
    assert.equal(await first.text(), "1");
    assert.equal(await (await fetch(page, { headers: { cookie } })).text(), "2");
    const call = (method, ...args) =>
      new Promise((resolve, reject) =>
        store[method](...args, (error, value) => (error ? reject(error) : resolve(value))),
      );
    assert.equal(await call("length"), 1);
    assert.equal((await call("all")).length, 1);
    await call("clear");
    assert.equal(await call("length"), 0);
    server.close();
    await client.close();
  },

  async "@fastify/redis"() {
    const { default: fastify } = await import("fastify");
    const { default: redis } = await import("@fastify/redis");
    const app = fastify();
    app.register(redis, address);
    app.get("/:key", (request) => app.redis.get(request.params.key));
    app.post("/:key", (request) => app.redis.set(request.params.key, String(request.body)));
    await app.inject({ method: "POST", url: "/k", payload: "v", headers: { "content-type": "text/plain" } });
    assert.equal((await app.inject({ url: "/k" })).body, "v");
    await app.close();
  },

  async "@apollo/utils.keyvadapter"() {
    const { KeyvAdapter } = await import("@apollo/utils.keyvadapter");
    const { default: Keyv } = await import("keyv");
    const { default: KeyvRedis } = await import("@keyv/redis");
    const keyv = new Keyv({ store: new KeyvRedis(url) });
    const adapter = new KeyvAdapter(keyv);
    await adapter.set("q", "result", { ttl: 10 });
    assert.equal(await adapter.get("q"), "result");
    assert.equal(await adapter.delete("q"), true);
    assert.equal(await adapter.get("q"), undefined);
    await keyv.disconnect();
  },

  async "rate-limiter-flexible"() {
    const { RateLimiterRedis } = await import("rate-limiter-flexible");
    const { Redis } = await import("ioredis");
    const storeClient = new Redis(address);
    const limiter = new RateLimiterRedis({ storeClient, points: 5, duration: 60, keyPrefix: "rl" });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => limiter.consume("user")));
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 5);
    assert.equal((await limiter.get("user")).consumedPoints, 8);
    await limiter.penalty("user", 2);
    await limiter.block("other", 10);
    await assert.rejects(limiter.consume("other"));
    assert.equal(await limiter.delete("user"), true);
    storeClient.disconnect();
  },

  async "rate-limit-redis"() {
    const { rateLimit } = await import("express-rate-limit");
    const { RedisStore } = await import("rate-limit-redis");
    const { default: express } = await import("express");
    const { createClient } = await import("redis");
    const client = createClient({ url });
    await client.connect();
    const app = express();
    const store = new RedisStore({ sendCommand: (...words) => client.sendCommand(words) });
    app.use(rateLimit({ windowMs: 60_000, limit: 3, store }));
    app.get("/", (_, response) => response.send("in"));
    const server = app.listen(0);
    await new Promise((resolve) => server.once("listening", resolve));
    const codes = [];
    for (let i = 0; i < 5; i++)
      codes.push((await fetch(`http://127.0.0.1:${server.address().port}/`)).status);
    assert.deepEqual(codes, [200, 200, 200, 429, 429]);
    server.close();
    await client.close();
  },

  async redlock() {
    const { default: Redlock } = await import("redlock");
    const { Redis } = await import("ioredis");
    const client = new Redis(address);
    const redlock = new Redlock([client], { retryCount: 0 });
    const lock = await redlock.lock("locks:a", 5000);
    await assert.rejects(redlock.lock("locks:a", 5000));
    const extended = await lock.extend(8000);
    await extended.unlock();
    const again = await redlock.lock("locks:a", 1000);
    await again.unlock();
    client.disconnect();
  },
};

await uses[name]();
process.exit(0);
