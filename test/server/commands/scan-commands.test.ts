/**
 * Goal: SCAN, KEYS and RANDOMKEY work through any member, with Redis' errors and with bounded replies.
 * cluster-scan.test.ts shows that they find every entry. Method: one node and three, in which keys are SET.
 */
import test from "ava";
import { COMMANDS } from "../../../server/commands/table.ts";
import { startMembers } from "../linked-members.ts";
import { bulk, type Rig, startRig } from "../rig.ts";

const NONE = { loader: { load: () => null } };

/** All keys, by SCAN with ioredis, which carries the cursor as text. */
async function scanned(rig: Rig, ...words: string[]): Promise<string[]> {
  const redis = rig.redis({ retryStrategy: () => null });
  const found = new Set<string>();
  let cursor = "0";
  do {
    const [next, keys] = (await redis.call("SCAN", cursor, ...words)) as [string, string[]];
    for (const key of keys) found.add(key);
    cursor = next;
  } while (cursor !== "0");
  return [...found].sort();
}

test("SCAN and KEYS speak for the whole cluster, through any member", async (t) => {
  const rigs = await startMembers(t, 3, ["group default loader none"], NONE);
  const names = Array.from({ length: 200 }, (_, i) => `key ${i}`);
  await rigs[0]!.ask(["MSET", ...names.flatMap((name) => [name, "1"])]);
  const clients = rigs.map((rig) => rig.redis({ retryStrategy: () => null }));
  for (const [i, rig] of rigs.entries()) {
    t.deepEqual(await scanned(rig), names.toSorted());
    t.deepEqual(await scanned(rig, "COUNT", "1000", "MATCH", "key 1?"), names.slice(10, 20));
    const keys = (await clients[i]!.keys("*")).sort();
    t.deepEqual(keys, names.toSorted());
    t.true(names.includes((await clients[i]!.randomkey())!));
  }
  await rigs[2]!.node.close();
  const left = await scanned(rigs[0]!);
  t.true(left.length > 0 && left.length < 200);
});

test("another member can go on from a cursor", async (t) => {
  const rigs = await startMembers(t, 3, ["group default loader none"], NONE);
  const names = Array.from({ length: 100 }, (_, i) => `key ${i}`);
  await rigs[0]!.ask(["MSET", ...names.flatMap((name) => [name, "1"])]);
  const clients = rigs.map((rig) => rig.redis());
  const found = new Set<string>();
  let cursor = "0";
  let turns = 0;
  do {
    const [next, keys] = await clients[turns++ % 3]!.scan(cursor);
    for (const key of keys) found.add(key);
    t.true(BigInt(next) < 1n << 63n);
    cursor = next;
  } while (cursor !== "0");
  t.is(found.size, 100);
});

test("keys are bytes, in both dialects", async (t) => {
  const { ask, ask3 } = await startRig(t, ["group default loader none"], NONE);
  const odd = "\0\r\n*\xff[";
  await ask(["SET", odd, "1"]);
  const reply = `*2\r\n$1\r\n0\r\n*1\r\n${bulk(odd)}`;
  for (const asking of [ask, ask3]) {
    t.is(await asking(["SCAN", "0"], ["SCAN", "0", "MATCH", "*\xff\\["]), reply + reply);
    t.is(
      await asking(["KEYS", "*"], ["KEYS", "\0*"], ["KEYS", "no*"]),
      `${`*1\r\n${bulk(odd)}`.repeat(2)}*0\r\n`,
    );
    t.is(await asking(["RANDOMKEY"]), bulk(odd));
  }
  t.is(
    await ask(["FLUSHALL"], ["RANDOMKEY"], ["SCAN", "0"], ["KEYS", "*"]),
    "+OK\r\n$-1\r\n*2\r\n$1\r\n0\r\n*0\r\n*0\r\n",
  );
  t.is(await ask3(["RANDOMKEY"]), "_\r\n");
});

test("TYPE string matches every key, any other type no key", async (t) => {
  const { ask } = await startRig(t, ["group default loader none"], NONE);
  await ask(["SET", "a", "1"]);
  const none = "*2\r\n$1\r\n0\r\n*0\r\n";
  const all = `*2\r\n$1\r\n0\r\n*1\r\n${bulk("a")}`;
  t.is(await ask(["SCAN", "0", "TYPE", "String"], ["SCAN", "0", "TYPE", "hash"]), all + none);
});

test("a SCAN looks at about 10,000 entries at most, whatever COUNT says", async (t) => {
  const { ask, redis } = await startRig(t, ["group default loader none"], NONE);
  const pairs = Array.from({ length: 12_000 }, (_, i) => [`${i}`, "1"]).flat();
  await ask(["MSET", ...pairs]);
  const [cursor, keys] = await redis().scan(0, "COUNT", 1_000_000_000);
  t.not(cursor, "0");
  t.true(keys.length >= 10_000 && keys.length < 10_100, `${keys.length}`);
});

test("KEYS with a reply beyond the output limit is refused, and other clients have their turn in between", async (t) => {
  const lines = ["group default loader none", "client-output-buffer-limit 100kb"];
  const { ask, redis } = await startRig(t, lines, NONE);
  await ask(["MSET", ...Array.from({ length: 12_000 }, (_, i) => [`${i}`, "1"]).flat()]);
  const order: string[] = [];
  const [slow, quick] = [redis(), redis()];
  await Promise.all([slow.ping(), quick.ping()]);
  const keys = slow.keys("*").catch((error: Error) => order.push(error.message));
  await quick.ping();
  await quick.ping().then(() => order.push("PONG"));
  await keys;
  t.deepEqual(order, ["PONG", "ERR too many keys for one reply (max 102400 bytes): use SCAN"]);
});

test("a pattern of more than 1,024 bytes is refused", async (t) => {
  const { ask } = await startRig(t, ["group default loader none"], NONE);
  const long = "*".repeat(1025);
  const error = "-ERR pattern is too long (max 1024 bytes)\r\n";
  t.is(await ask(["KEYS", long], ["SCAN", "0", "MATCH", long]), error + error);
  t.is(await ask(["KEYS", long.slice(1)]), "*0\r\n");
});

test("places of keys are as in Redis", (t) => {
  const places = (name: string) => COMMANDS.get(name)?.keys;
  t.deepEqual(places("mset"), { first: 1, last: -1, step: 2 });
  t.deepEqual(places("set"), { first: 1, last: 1, step: 1 });
  t.deepEqual(COMMANDS.get("object")?.subcommands?.get("encoding")?.keys, { first: 2, last: 2, step: 1 });
  t.is(places("keys"), undefined);
});
