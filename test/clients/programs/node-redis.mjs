/** node-redis 4, 5 and 6: one program, told apart where their interfaces differ. */
import { createRequire } from "node:module";
import * as checks from "./checks.mjs";

const { assert, check, loaded } = checks;
const require = createRequire(import.meta.url);
const module = require(checks.library);
const { version } = require(`${checks.library}/package.json`);
const major = Number.parseInt(version, 10);

async function connect(port, options = {}) {
  const client = module.createClient({
    socket: { host: "127.0.0.1", port: Number(port), reconnectStrategy: () => 20 },
    ...options,
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** A client of the same connection whose replies are Buffers. */
function inBuffers(client) {
  if (major >= 5) return client.withTypeMapping({ [module.RESP_TYPES.BLOB_STRING]: Buffer });
  return { get: (key) => client.get(module.commandOptions({ returnBuffers: true }), key) };
}

console.log(`client node-redis ${version}`);
const redis = await connect(checks.port, { name: "tester" });
await check("ping", async () => assert.equal(await redis.ping(), "PONG"));
await check("get", async () => {
  assert.equal(await redis.get("m:one"), loaded("one"));
  assert.equal(await redis.get("m:one"), loaded("one"));
});
await check("absent", async () => assert.equal(await redis.get("m:absent"), null));
await check("mget", async () => {
  const values = await redis.mGet(["m:two", "m:absent", "m:one"]);
  assert.deepEqual(values, [loaded("two"), null, loaded("one")]);
});
await check("pipeline", async () => {
  const names = Array.from({ length: 100 }, (_, i) => `p${i}`);
  const replies = await Promise.all(names.map((name) => redis.get(`m:${name}`)));
  assert.deepEqual(replies, names.map(loaded));
});
await check("binary", async () =>
  assert.deepEqual(await inBuffers(redis).get(checks.binaryKey), checks.binaryValue),
);
await check("unknown", async () => {
  await checks.rejects(redis.sendCommand(["NOSUCH", "a"]), /^ERR unknown command 'NOSUCH', with args/);
  assert.equal(await redis.get("m:one"), loaded("one"));
});
await check("set", async () => {
  assert.equal(await redis.set("s", checks.everyByte, { EX: 100 }), "OK");
  assert.deepEqual(await inBuffers(redis).get("s"), checks.everyByte);
});
await check("name", async () =>
  assert.match(String(await redis.sendCommand(["CLIENT", "LIST"])), / name=tester /),
);
await check("resp3", async () => {
  if (major < 5) return "speaks RESP2 only";
  const other = await connect(checks.port, { RESP: 3, name: "third" });
  assert.match(String(await other.sendCommand(["CLIENT", "LIST"])), / name=third .* resp=3 /);
  assert.equal((await other.configGet("maxclients")).maxclients, "10000");
  await other.close();
});
await check("auth", async () => {
  const inside = await connect(checks.authPort, { password: checks.PASSWORD });
  assert.equal(await inside.ping(), "PONG");
  await inside.quit();
  const socket = { host: "127.0.0.1", port: Number(checks.authPort), reconnectStrategy: false };
  await checks.rejects(connect(checks.authPort, { password: "bad", socket }), /^WRONGPASS /);
});
await check("multi", async () => {
  const replies = await redis.multi().get("m:one").get("m:absent").exec();
  assert.deepEqual(replies, [loaded("one"), null]);
});
await check("restart", async () => {
  await checks.restarted();
  assert.equal(await redis.get("m:one"), loaded("one"));
});
await redis.quit();
