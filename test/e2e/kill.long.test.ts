/**
 * Goal: when a node dies, its own clients lose their connection, and no other client sees a wrong value or an error. A
 * restarted node is back on its port at once.
 * Method: three real processes under load from ioredis; one is killed with SIGKILL in the middle, and later started
 * again. Then a node alone is killed twenty times.
 */
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { command } from "../proto/read-commands.ts";
import { RawClient } from "../server/rig.ts";
import { until } from "../until.ts";
import { originValue, startOrigin } from "./origin.ts";
import { reservePorts, startCluster, startNodeProcess } from "./processes.ts";

const KEYS = 2000;
const PING = command("PING");

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

  /** Resolves after `count` more answers, or a problem. */
  async more(count: number): Promise<void> {
    const goal = this.answers + count;
    await until(`${goal} answers`, () => this.answers >= goal || this.problems.length > 0);
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

test("after kill -9 of one node under load, clients of the others see no wrong value and no error", async (t) => {
  const origin = await startOrigin(t, 2);
  const cluster = await startCluster(t, 3, [
    `group item loader http http://127.0.0.1:${origin.port}/items/{key}`,
    "group item ttl 1h",
    // So that a busy machine does not fail the test.
    "group item loader-timeout 30s",
  ]);
  const survivors = cluster.nodes.slice(0, 2).map(({ port }) => new Load(connect(t, port)));
  const running = survivors.map((load) => load.run());
  await Promise.all(survivors.map((load) => load.more(5000)));

  cluster.nodes[2]!.kill("SIGKILL");
  t.is(await cluster.nodes[2]!.ended, "SIGKILL");
  await Promise.all(survivors.map((load) => load.more(5000)));
  // One load for each key at its owner, and one more at the successor for each key of the dead node.
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

test("SIGPIPE is ignored, and after kill -9 a node is back on its port, twenty times", async (t) => {
  const [port] = await reservePorts(t, 1);
  for (let i = 0; i < 20; i++) {
    const node = await startNodeProcess(t, ["--port", String(port)]);
    const raw = await RawClient.connect(node.port);
    t.is(await raw.reply(PING, "+PONG\r\n"), "+PONG\r\n");
    node.kill("SIGPIPE");
    t.is(await raw.reply(PING, "+PONG\r\n"), "+PONG\r\n");
    node.kill("SIGKILL");
    t.is(await node.ended, "SIGKILL");
  }
});
