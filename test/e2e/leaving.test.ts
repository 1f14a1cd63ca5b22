/**
 * Goal: a member that leaves the ring and comes back returns no value that was deleted meanwhile, restarted or not.
 * Method: three real processes and the commands that change the ring; the origin's values change meanwhile.
 */
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { startOrigin } from "./origin.ts";
import { startCluster } from "./processes.ts";

function connect(t: ExecutionContext, port: number): Redis {
  const client = new Redis(port, "127.0.0.1", { retryStrategy: () => 50 });
  client.on("error", () => {});
  t.teardown(() => client.disconnect());
  return client;
}

test("a member that leaves the ring comes back empty; a restarted one takes the cluster's ring, not its conf's", async (t) => {
  const origin = await startOrigin(t);
  const cluster = await startCluster(t, 3, [
    `group item loader http http://127.0.0.1:${origin.port}/items/{key}`,
    ...["group item loader-timeout 30s", "peer-timeout 30s"],
  ]);
  const [first, second, third] = cluster.nodes.map(({ port }) => connect(t, port)) as [Redis, Redis, Redis];
  const ids = cluster.nodes.map(({ peerId }) => peerId);
  const ringOf = async (client: Redis) => ((await client.call("CARROT.PEERS")) as unknown[]).length;
  let version = 1;
  origin.respond = (_key, response) => void response.end(`v${version}`);
  for (let i = 0; i < 30; i++) await first.get(`item:${i}`);

  t.is(await first.call("CARROT.PEERS", "REMOVE", ids[2]!), "OK");
  t.deepEqual(await Promise.all([first, second, third].map(ringOf)), [2, 2, 1]);
  version = 2;
  const names = Array.from({ length: 30 }, (_, i) => `item:${i}`);
  await first.del(names);
  t.is(await first.call("CARROT.PEERS", "ADD", ids[2]!), "OK");
  t.deepEqual(await Promise.all([first, second, third].map(ringOf)), [3, 3, 3]);
  for (const client of [third, second, first]) t.deepEqual(await client.mget(names), Array(30).fill("v2"));

  t.is(await second.call("CARROT.PEERS", "REMOVE", ids[2]!), "OK");
  cluster.nodes[2]!.kill("SIGKILL");
  await cluster.nodes[2]!.ended;
  const restarted = connect(t, (await cluster.restart(2)).port);
  t.is(await ringOf(second), 2);
  t.is(await second.call("CARROT.PEERS", "ADD", ids[2]!), "OK");
  t.deepEqual(await Promise.all([first, second, restarted].map(ringOf)), [3, 3, 3]);
  t.deepEqual(await restarted.mget(names), Array(30).fill("v2"));
});
