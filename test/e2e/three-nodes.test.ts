/**
 * Goal: three nodes are one cache: one load a key in the whole cluster, the same value from any of them, and deletes
 * that hold everywhere.
 * Method: three real processes by conf files, an HTTP origin in this process that counts, ioredis as the client.
 */
import test from "ava";
import { linkedNodes } from "./linked-nodes.ts";
import { originValue } from "./origin.ts";

const freshNodes = linkedNodes(() => ["group item ttl 1h"]);

/** Works in parts, so that on a busy machine no link is silent for longer than heartbeats allow. */
async function inParts<T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let from = 0; from < count; from += 250) {
    const part = Array.from({ length: Math.min(250, count - from) }, (_, i) => work(from + i));
    results.push(...(await Promise.all(part)));
  }
  return results;
}

test.serial(
  "10,000 keys through random nodes are 10,000 loads in all, and none the second time",
  async (t) => {
    const { origin, clients } = await freshNodes();
    const anyone = () => clients[Math.floor(Math.random() * clients.length)]!;
    for (let round = 0; round < 2; round++) {
      const values = await inParts(10_000, (i) => anyone().get(`item:${i}`));
      t.true(values.every((value, i) => value === originValue(`${i}`)));
      t.is(origin.total(), 10_000);
    }
    t.is(origin.loads.size, 10_000);
  },
);

test.serial("2,000 concurrent GETs of one cold key over three nodes are 1 load", async (t) => {
  const { origin, clients } = await freshNodes();
  origin.respond = (key, response) => void setTimeout(() => response.end(originValue(key)), 100);
  const asked = Array.from({ length: 2000 }, (_, i) => clients[i % 3]!.get("item:cold"));
  t.deepEqual([...new Set(await Promise.all(asked))], [originValue("cold")]);
  t.is(origin.total(), 1);
});

test.serial("a deleted key is loaded anew, and every node gives the new value", async (t) => {
  const { origin, clients } = await freshNodes();
  let version = 1;
  origin.respond = (key, response) => void response.end(`${key} v${version}`);
  const everywhere = () => Promise.all(clients.map((client) => client.get("item:changing")));
  // Often enough that every other node holds a mirror of it.
  for (let i = 0; i < 10; i++) t.deepEqual(await everywhere(), Array(3).fill("changing v1"));
  version = 2;
  for (const [i, client] of clients.entries()) {
    t.is(await client.del("item:changing"), 1);
    t.deepEqual(await everywhere(), Array(3).fill(`changing v${i + 2}`));
    for (let j = 0; j < 10; j++) await everywhere();
    version++;
  }
});

test.serial("EXISTS, TTL and STRLEN never load, and all nodes agree on them", async (t) => {
  const { origin, clients } = await freshNodes();
  for (const client of clients) {
    t.is(await client.exists("item:a"), 0);
    t.is(await client.ttl("item:a"), -2);
    t.is(await client.strlen("item:a"), 0);
  }
  t.is(origin.total(), 0);
  await clients[0]!.get("item:a");
  for (const client of clients) {
    t.is(await client.exists("item:a", "item:b", "item:a"), 2);
    t.is(await client.strlen("item:a"), originValue("a").length);
    const ttl = await client.ttl("item:a");
    t.true(ttl > 3200 && ttl <= 3600, `${ttl}`);
    t.is(await client.dbsize(), 1);
  }
});

test.serial("all nodes name the same owner, and FLUSHALL empties all of them", async (t) => {
  const { clients, nodes } = await freshNodes();
  const owners = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const named = await Promise.all(clients.map((client) => client.call("CARROT.OWNER", `item:${i}`)));
    t.is(new Set(named).size, 1);
    owners.add(named[0] as string);
    await clients[i % 3]!.get(`item:${i}`);
  }
  t.deepEqual([...owners].sort(), nodes.map(({ peerId }) => peerId).sort());
  t.is(await clients[1]!.dbsize(), 100);
  await clients[2]!.flushall();
  for (const client of clients) t.is(await client.dbsize(), 0);
});

test.serial("the origin's failures and its not-found reach the client of any node", async (t) => {
  const { origin, clients } = await freshNodes();
  for (const client of clients) t.is(await client.get("item:none-such"), null);
  origin.respond = (_key, response) => void response.writeHead(503).end("down\r\n+OK");
  for (const [i, client] of clients.entries()) {
    await t.throwsAsync(client.get(`item:broken${i}`), { message: /^ERR loader .*503/ });
  }
  t.true(clients.every((client) => client.status === "ready"));
});
