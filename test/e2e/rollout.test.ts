/**
 * Goal: a new group is rolled out node by node under clients of all nodes, and no client gets null for a key of the group
 * once a node has it; each node warns once while the nodes differ.
 * Method: three real processes, which end and start again with one line more; clients that ask until the end.
 */
import test from "ava";
import { Redis } from "ioredis";
import { type Origin, originValue, startOrigin } from "./origin.ts";
import { startCluster } from "./processes.ts";

const loaderOf = (group: string, origin: Origin) => [
  `group ${group} loader http http://127.0.0.1:${origin.port}/items/{key}`,
  `group ${group} loader-timeout 30s`,
];

test("a group that is new node by node is answered for by all nodes from the first one on", async (t) => {
  const origin = await startOrigin(t);
  const patient = ["peer-timeout 30s", "threads 2"];
  const { nodes, restart } = await startCluster(t, 3, [...loaderOf("item", origin), ...patient]);
  const clients = nodes.map(({ port }) => new Redis(port, "127.0.0.1", { maxRetriesPerRequest: null }));
  // A node that ends closes its clients, which then dial again.
  for (const client of clients) client.on("error", () => {});
  t.teardown(() => clients.map((client) => client.disconnect()));
  const keys = Array.from({ length: 20 }, (_, i) => `${i}`);
  const asked = ["item:1"];
  const wrong: string[] = [];
  let rounds = 0;
  let isOver = false;
  const ask = async (client: Redis) => {
    while (!isOver) {
      for (const key of [...asked]) {
        const value = await client.get(key).catch((error: Error) => error.message);
        const isRight = value === originValue(key.split(":")[1]!);
        // On a busy machine a link may end, and its member with it.
        if (!isRight && !/no member that has the key's group/.test(String(value)))
          wrong.push(`${key}: ${value}`);
      }
      rounds++;
    }
  };
  const busy = clients.map(ask);
  for (let i = 0; i < 3; i++) {
    const before = nodes[i]!;
    before.kill("SIGTERM");
    t.is(await before.ended, 0, before.output());
    await restart(i, loaderOf("new", origin));
    if (i > 0) continue;
    asked.push(...keys.map((key) => `new:${key}`));
    for (const client of clients) {
      const values = await client.mget(...keys.map((key) => `new:${key}`));
      t.deepEqual(values, keys.map(originValue));
      t.is(await client.strlen("new:1"), originValue("1").length);
      t.is(await client.pexpire("new:2", 100_000), 1);
      t.is(await client.del("new:3"), 1);
    }
    for (const node of nodes.slice(1)) {
      await node.printed(/has other groups: this node lacks new \(prefix "new:"\)/);
      t.is(node.output().match(/has other groups/g)!.length, 1, node.output());
    }
  }
  isOver = true;
  await Promise.all(busy);
  t.deepEqual(wrong, []);
  t.true(rounds > 3);
  t.is(await clients[0]!.set("new:1", "mine"), "OK");
  t.deepEqual(await Promise.all(clients.map((client) => client.get("new:1"))), ["mine", "mine", "mine"]);
});
