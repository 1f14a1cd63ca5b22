/**
 * Goal: ioredis 5 and 6 work with a node as they come: they connect, in either dialect, and each method returns what the
 * node answered. Method: both libraries unmodified against a node in this process; each method decodes the reply itself.
 */
import { once } from "node:events";
import test from "ava";
import { type Rig, startRig } from "./rig.ts";

const clients = {
  "ioredis 6": ({ redis }: Rig, options = {}) => redis(options),
  "ioredis 5": ({ redis5 }: Rig, options = {}) => redis5(options),
};

for (const [name, connect] of Object.entries(clients)) {
  test(`${name}: connects, is ready, and says who it is`, async (t) => {
    const rig = await startRig(t);
    const redis = connect(rig, { connectionName: "me" });
    await once(redis, "ready");
    t.is(await redis.client("GETNAME"), "me");
    const line = String(await redis.client("LIST"));
    t.regex(line, / name=me /);
    t.regex(line, name === "ioredis 6" ? / resp=3 / : / resp=2 /);
    t.regex(line, / lib-name=ioredis.* lib-ver=\d/);
  });

  test(`${name}: get, mget, getBuffer, exists, del, ttl, strlen`, async (t) => {
    const bytes = Buffer.from([0, 255, 13, 10, 36]);
    const rig = await startRig(t, ["group scores ttl 90s"], {
      loader: { load: (key) => (key === "none" ? null : key === "bytes" ? bytes : `value of ${key}`) },
    });
    const redis = connect(rig);
    t.is(await redis.get("scores:Tom"), "value of Tom");
    t.is(await redis.get("scores:none"), null);
    t.deepEqual(await redis.getBuffer("scores:bytes"), bytes);
    t.deepEqual(await redis.mget("scores:Tom", "scores:none", "scores:Sam"), [
      "value of Tom",
      null,
      "value of Sam",
    ]);
    t.is(await redis.exists("scores:Tom", "scores:Sam", "scores:no"), 2);
    t.is(await redis.ttl("scores:Tom"), 90);
    t.is(await redis.strlen("scores:Tom"), 12);
    t.is(await redis.dbsize(), 3);
    t.is(await redis.del("scores:Tom", "scores:none"), 1);
    t.is(await redis.ttl("scores:Tom"), -2);
    t.is(await redis.ping("hello"), "hello");
    t.is(await redis.flushall(), "OK");
    t.is(await redis.quit(), "OK");
  });

  test(`${name}: a pipeline of 100 gets its replies in order, an error in its place`, async (t) => {
    const load = (key: unknown) => {
      if (key === "13") throw new Error("unlucky");
      return new Promise<string>((resolve) => setImmediate(resolve, `value of ${key}`));
    };
    const redis = connect(await startRig(t, [], { loader: { load } }));
    const pipeline = redis.pipeline();
    for (let i = 0; i < 100; i++) pipeline.get(`scores:${i}`);
    const replies = (await pipeline.exec())!;
    t.is(replies.length, 100);
    for (const [i, [error, value]] of replies.entries()) {
      if (i === 13) t.is(error?.message, "ERR loader failed: unlucky");
      else t.is(value, `value of ${i}`);
    }
  });

  test(`${name}: authenticates, and gets an error for a wrong password`, async (t) => {
    const rig = await startRig(t, ["requirepass secret"]);
    t.is(await connect(rig, { password: "secret" }).get("scores:Tom"), "value of Tom");
    const wrong = connect(rig, { password: "bad", retryStrategy: null, maxRetriesPerRequest: 0 });
    wrong.on("error", () => {});
    await t.throwsAsync(wrong.get("scores:Tom"));
  });

  test(`${name}: comes back by itself when the connection breaks`, async (t) => {
    const rig = await startRig(t);
    const redis = connect(rig, { retryStrategy: () => 1 });
    redis.on("error", () => {});
    t.is(await redis.get("scores:Tom"), "value of Tom");
    for (const connection of rig.node.clients.all()) connection.socket.resetAndDestroy();
    t.is(await redis.get("scores:Tom"), "value of Tom");
    t.deepEqual(rig.asked, ["Tom"]);
  });

  test(`${name}: a report is text, whatever the dialect`, async (t) => {
    const redis = connect(await startRig(t));
    t.regex(await redis.info("replication"), /^# Replication\r\nrole:master\r\n/);
    t.is(await redis.config("SET", "maxclients", "500"), "OK");
    t.deepEqual(Object.values((await redis.config("GET", "maxclients")) as object).slice(-1), ["500"]);
  });
}
