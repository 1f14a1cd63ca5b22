/**
 * Goal: a worker's SET that nobody has to hear of needs no other thread; one that somebody has to hear of is heard; no
 * script and no load mistakes one.
 * Method: a real node with `threads 2`. Clients on the thread that the test chooses.
 */
import type { ServerResponse } from "node:http";
import { testWith } from "../../needs.ts";
import { until } from "../../until.ts";
import { originValue } from "../origin.ts";
import { sharedThreaded, THREADS } from "./rig.ts";

const testThreads = testWith(THREADS);
const freshNode = sharedThreaded();

testThreads.serial("stores that threads share are locked for each change", async (t) => {
  t.false(await (await freshNode(t)).ask("isUnlocked"));
});

const [MISSING, ENDLESS, EXPIRING] = [0, 1, 2];

testThreads.serial("a SET, an EXPIRE and a DEL are done while the main thread is busy", async (t) => {
  const node = await freshNode(t);
  const [main, worker] = await node.clients();
  const does = async (state: number, run: () => Promise<unknown>, reply: unknown) => {
    const isSeen = node.ask("seesFree", state);
    t.is(await run(), reply);
    t.true(await isSeen);
  };
  await does(ENDLESS, () => worker.set("item:free", "1"), "OK");
  await does(EXPIRING, () => worker.expire("item:free", 100), 1);
  t.deepEqual([await worker.ttl("item:free"), await main.ttl("item:free")], [100, 100]);
  await does(MISSING, () => worker.del("item:free"), 1);
  t.deepEqual([await worker.exists("item:free"), await main.exists("item:free")], [0, 0]);
  await does(ENDLESS, () => worker.set("item:free", "1"), "OK");
  t.is(await worker.get("item:free"), "1");
  t.is(await main.get("item:free"), "1");
  t.is(await main.set("item:free", "2"), "OK");
  t.is(await worker.get("item:free"), "2");
});

testThreads.serial("a client of the main thread that watches a key hears of a worker's change", async (t) => {
  const node = await freshNode(t);
  const [main, worker] = await node.clients();
  for (const change of [
    () => worker.set("item:a", "1"),
    () => worker.expire("item:a", 100),
    () => worker.del("item:a"),
  ]) {
    await main.watch("item:a");
    await change();
    t.is(await main.multi().set("item:b", "2").exec(), null);
  }
  t.is(await main.exists("item:b"), 0);
});

testThreads.serial("a DEL while its key is being loaded voids the load", async (t) => {
  const node = await freshNode(t);
  const [main, worker] = await node.clients();
  let response: ServerResponse | undefined;
  node.origin.respond = (_key, asked) => {
    response = asked;
  };
  const loaded = main.get("item:c");
  await until("the origin is asked", () => response !== undefined);
  t.is(await worker.del("item:c"), 0);
  response!.end(originValue("c"));
  t.is(await loaded, originValue("c"));
  t.is(await main.exists("item:c"), 0);
});

testThreads.serial(
  "a SET while its key is being loaded is the last word, also when it has expired",
  async (t) => {
    const node = await freshNode(t);
    const [main, worker] = await node.clients();
    const { origin } = node;
    for (const [name, ...life] of [["a"], ["b", "PX", 1]] as const) {
      let response: ServerResponse | undefined;
      origin.respond = (_key, asked) => {
        response = asked;
      };
      const loaded = main.get(`item:${name}`);
      await until("the origin is asked", () => response !== undefined);
      t.is(await worker.set(`item:${name}`, "set", ...(life as ["PX", number])), "OK");
      if (life.length > 0) while ((await worker.exists(`item:${name}`)) === 1);
      response!.end(originValue(name));
      t.is(await loaded, originValue(name));
      t.is(await main.exists(`item:${name}`), life.length > 0 ? 0 : 1);
    }
    t.is(await main.get("item:a"), "set");
  },
);

const ROUNDS = 1500;
/** Marks the value that it has read: the mark must never come behind a newer value. */
const MARK = `local v = redis.call("GET", KEYS[1])
  for i = 1, 20 do redis.call("GET", KEYS[1]) end
  redis.call("SET", KEYS[1], (v or "") .. "'")
  return v`;

testThreads.serial("no SET of a worker comes between two steps of a script", async (t) => {
  const node = await freshNode(t);
  const [main, worker] = await node.clients();
  let isOver = false;
  const marking = (async () => {
    while (!isOver) await main.eval(MARK, 1, "item:k");
  })();
  for (let i = 0; i < ROUNDS; i++) {
    await worker.set("item:k", `${i}`);
    const value = (await worker.get("item:k"))!;
    if (value.replaceAll("'", "") !== `${i}`) t.fail(`${value} after SET ${i}`);
  }
  isOver = true;
  await marking;
  t.pass();
});
