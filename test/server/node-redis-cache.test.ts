/**
 * Goal: the cache that is built into node-redis works with a node as with Redis: it answers a repeated read by itself, and
 * drops its copy as soon as the value at the node changes.
 * Method: node-redis 5 and 6 with their own client-side cache, whose figures say what it answered itself. The reply to a
 * PING on its connection shows that everything pushed before has come.
 */
import test, { type ExecutionContext } from "ava";
import * as redis5 from "redis5";
import * as redis6 from "redis6";
import { command } from "../proto/read-commands.ts";
import { until } from "../until.ts";
import { type Rig, startRig } from "./rig.ts";

/** The part of node-redis that the test needs, the same in both versions. */
interface CachingClient {
  connect(): Promise<unknown>;
  destroy(): void;
  ping(): Promise<unknown>;
  get(key: string): Promise<unknown>;
  mGet(keys: string[]): Promise<unknown>;
  exists(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  on(event: "error", listener: () => void): unknown;
}

const LIBRARIES = {
  "node-redis 5": (port: number, host: string) => {
    const cache = new redis5.BasicClientSideCache({ ttl: 0, maxEntries: 0, evictPolicy: "LRU" });
    const client = redis5.createClient({ RESP: 3, socket: { port, host }, clientSideCache: cache });
    return { client: client as unknown as CachingClient, cache };
  },
  "node-redis 6": (port: number, host: string) => {
    const cache = new redis6.BasicClientSideCache({ ttl: 0, maxEntries: 0, evictPolicy: "LRU" });
    const client = redis6.createClient({ RESP: 3, socket: { port, host }, clientSideCache: cache });
    return { client: client as unknown as CachingClient, cache };
  },
};

for (const [name, open] of Object.entries(LIBRARIES)) {
  const connect = async (t: ExecutionContext, { port, node }: Rig) => {
    const { client, cache } = open(port, node.conf.bind[0]!);
    client.on("error", () => {});
    await client.connect();
    t.teardown(() => client.destroy());
    /** What a GET answers, and whether the cache has answered it. */
    const get = async (key: string) => {
      const before = cache.stats().hitCount;
      return [await client.get(key), cache.stats().hitCount > before];
    };
    return { client, cache, get };
  };

  test(`${name}: the cache answers a repeated read until somebody changes the value`, async (t) => {
    const rig = await startRig(t);
    const { client, get } = await connect(t, rig);
    t.deepEqual(await get("scores:Tom"), ["value of Tom", false]);
    t.deepEqual(await get("scores:Tom"), ["value of Tom", true]);
    for (const change of [
      ["SET", "scores:Tom", "set"],
      ["EXPIRE", "scores:Tom", "100"],
      ["DEL", "scores:Tom"],
      ["FLUSHALL"],
    ]) {
      await rig.ask(change);
      await client.ping();
      const [value, isOwn] = await get("scores:Tom");
      t.is(isOwn, false, change[0]);
      t.deepEqual(await get("scores:Tom"), [value, true]);
    }
    await client.set("scores:Tom", "own");
    await client.ping();
    t.deepEqual(await get("scores:Tom"), ["own", false]);
  });

  test(`${name}: a cached null is dropped when the key gets a value`, async (t) => {
    const rig = await startRig(t, [], { loader: { load: () => null } });
    const { client, get } = await connect(t, rig);
    t.deepEqual(await get("scores:Tom"), [null, false]);
    t.deepEqual(await get("scores:Tom"), [null, true]);
    await rig.ask(["SET", "scores:Tom", "there"]);
    await client.ping();
    t.deepEqual(await get("scores:Tom"), ["there", false]);
  });

  test(`${name}: a value that expires at the node is dropped`, async (t) => {
    const rig = await startRig(t, ["group scores ttl 10s"]);
    const { cache, get } = await connect(t, rig);
    await get("scores:Tom");
    t.is(cache.size(), 1);
    rig.clock.advance(10_000);
    await until("the cache has forgotten everything", () => cache.size() === 0);
    t.deepEqual(await get("scores:Tom"), ["value of Tom", false]);
  });

  test(`${name}: replies to MGET and EXISTS are cached and dropped, too`, async (t) => {
    const rig = await startRig(t);
    const { client, cache } = await connect(t, rig);
    const both = ["scores:Tom", "scores:Jack"];
    t.is(await client.exists("scores:Jack"), 0);
    t.deepEqual(await client.mGet(both), ["value of Tom", "value of Jack"]);
    await client.ping();
    t.is(await client.exists("scores:Jack"), 1, "the load has filled it");
    await client.mGet(both);
    const { hitCount } = cache.stats();
    await client.mGet(both);
    t.is(cache.stats().hitCount, hitCount + 1);
    await rig.ask(["SET", "scores:Jack", "new"]);
    await client.ping();
    t.deepEqual(await client.mGet(both), ["value of Tom", "new"]);
  });

  test(`${name}: when the connection is lost, everything is dropped`, async (t) => {
    const rig = await startRig(t);
    const { client, cache, get } = await connect(t, rig);
    await get("scores:Tom");
    const raw = await rig.client();
    raw.send(command("DEL", "scores:Tom"));
    for (const { socket } of rig.node.clients.all()) socket.destroy();
    await until("the cache has forgotten everything", () => cache.size() === 0);
    await client.ping();
    t.is((await get("scores:Tom"))[1], false);
    t.is(rig.node.cache.tracking.figures.clients, 1);
  });
}
