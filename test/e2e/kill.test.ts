/**
 * Goal: the death of a node costs its own clients a connection and nobody else anything: no wrong value, no error.
 * Method: three real processes under load from ioredis; one is killed with SIGKILL in the middle, later started again.
 */
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { originValue, startOrigin } from "./origin.ts";
import { startCluster } from "./processes.ts";

const KEYS = 2000;

/** Asks for random keys until told to stop; every answer is checked. */
class Load {
  answers = 0;
  readonly problems: string[] = [];
  #stopped = false;
  readonly #client: Redis;

  constructor(client: Redis) {
    this.#client = client;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      await Promise.all(Array.from({ length: 16 }, () => this.#ask()));
    }
  }

  async #ask(): Promise<void> {
    const key = String(Math.floor(Math.random() * KEYS));
    try {
      const value = await this.#client.get(`item:${key}`);
      this.answers++;
      if (value !== originValue(key)) this.problems.push(`${key} is ${value}`);
    } catch (error) {
      this.problems.push(`${key}: ${(error as Error).message}`);
    }
  }

  /** Resolves after so many more answers. */
  async more(count: number): Promise<void> {
    const goal = this.answers + count;
    while (this.answers < goal && this.problems.length === 0) await this.#client.ping();
  }

  stop(): void {
    this.#stopped = true;
  }
}

function connect(t: ExecutionContext, port: number): Redis {
  const client = new Redis(port, "127.0.0.1", { retryStrategy: () => 50 });
  client.on("error", () => {});
  t.teardown(() => client.disconnect());
  return client;
}

test("kill -9 of one node under load: no wrong value and no error on clients of the others", async (t) => {
  const origin = await startOrigin(t, 2);
  const cluster = await startCluster(t, 3, [
    `group item loader http http://127.0.0.1:${origin.port}/items/{key}`,
    "group item ttl 1h",
    // A busy machine is not what this is about.
    "group item loader-timeout 30s",
  ]);
  const survivors = cluster.nodes.slice(0, 2).map(({ port }) => new Load(connect(t, port)));
  const running = survivors.map((load) => load.run());
  await Promise.all(survivors.map((load) => load.more(5000)));

  cluster.nodes[2]!.kill("SIGKILL");
  t.is(await cluster.nodes[2]!.ended, "SIGKILL");
  await Promise.all(survivors.map((load) => load.more(5000)));
  // Once a key at its owner, and once more at the successor for the keys of the dead node.
  t.true(origin.total() < 2 * KEYS, `${origin.total()} loads`);

  await cluster.restart(2);
  const back = connect(t, cluster.nodes[2]!.port);
  await Promise.all(survivors.map((load) => load.more(5000)));
  t.is(await back.get("item:1"), originValue("1"));

  for (const load of survivors) load.stop();
  await Promise.all(running);
  t.deepEqual(
    survivors.flatMap((load) => load.problems),
    [],
  );
});

test("a member that leaves misses deletes and comes back empty; restarted, it takes the cluster's ring over its conf's", async (t) => {
  const origin = await startOrigin(t);
  const cluster = await startCluster(t, 3, [
    `group item loader http http://127.0.0.1:${origin.port}/items/{key}`,
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
