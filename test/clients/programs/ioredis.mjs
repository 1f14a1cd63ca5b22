/** ioredis 4, 5 and 6: one program, as their interface is the same. */
import { once } from "node:events";
import { createRequire } from "node:module";
import * as checks from "./checks.mjs";

const { assert, check, loaded } = checks;
const require = createRequire(import.meta.url);
const module = require(checks.library);
const Redis = module.Redis ?? module;
const { version } = require(`${checks.library}/package.json`);
const speaksResp3 = Number.parseInt(version, 10) >= 6;

function connect(port, options = {}) {
  const redis = new Redis({ port, host: "127.0.0.1", retryStrategy: () => 20, ...options });
  redis.on("error", () => {});
  return redis;
}

console.log(`client ioredis ${version}`);
const redis = connect(checks.port, { connectionName: "tester" });
await check("ping", async () => {
  await once(redis, "ready");
  assert.equal(await redis.ping(), "PONG");
});
await check("get", async () => {
  assert.equal(await redis.get("m:one"), loaded("one"));
  assert.equal(await redis.get("m:one"), loaded("one"));
});
await check("absent", async () => assert.equal(await redis.get("m:absent"), null));
await check("mget", async () => {
  const values = await redis.mget("m:two", "m:absent", "m:one");
  assert.deepEqual(values, [loaded("two"), null, loaded("one")]);
});
await check("pipeline", async () => {
  const pipeline = redis.pipeline();
  for (let i = 0; i < 100; i++) pipeline.get(`m:p${i}`);
  const replies = await pipeline.exec();
  assert.deepEqual(
    replies,
    Array.from({ length: 100 }, (_, i) => [null, loaded(`p${i}`)]),
  );
});
await check("binary", async () =>
  assert.deepEqual(await redis.getBuffer(checks.binaryKey), checks.binaryValue),
);
await check("unknown", async () => {
  await checks.rejects(redis.call("NOSUCH", "a"), /^ERR unknown command 'NOSUCH', with args/i);
  assert.equal(await redis.get("m:one"), loaded("one"));
});
await check("set", async () => {
  assert.equal(await redis.set("s", checks.everyByte, "EX", 100), "OK");
  assert.deepEqual(await redis.getBuffer("s"), checks.everyByte);
});
await check("name", async () => assert.match(String(await redis.client("LIST")), / name=tester /));
await check("resp3", async () => {
  if (!speaksResp3) return "speaks RESP2 only";
  assert.match(String(await redis.client("LIST")), / name=tester .* resp=3 /);
  assert.equal(typeof (await redis.config("GET", "maxclients")), "object");
});
await check("auth", async () => {
  const inside = connect(checks.authPort, { password: checks.PASSWORD });
  assert.equal(await inside.ping(), "PONG");
  const outside = connect(checks.authPort, { password: "bad", retryStrategy: null, maxRetriesPerRequest: 0 });
  await assert.rejects(outside.get("m:one"));
  inside.disconnect();
  outside.disconnect();
});
await check("multi", async () => {
  const replies = await redis.multi().get("m:one").get("m:absent").exec();
  assert.deepEqual(replies, [
    [null, loaded("one")],
    [null, null],
  ]);
});
await check("restart", async () => {
  await checks.restarted();
  assert.equal(await redis.get("m:one"), loaded("one"));
});
await redis.quit();
