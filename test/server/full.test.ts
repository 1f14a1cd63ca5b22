/**
 * Goal: on a full node with `eviction noeviction`, a command that needs room gets Redis' error, whichever member the client
 * asks. Every other command works, and a GET that loads is answered although the value is not kept.
 * Method: nodes whose group holds a few values; three members with real links.
 */
import test, { type ExecutionContext } from "ava";
import { keyAt, startMembers } from "./linked-members.ts";
import { bulk, type Rig, type RigOptions, startRig } from "./rig.ts";

const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const LINES = ["eviction noeviction", "group scores maxmemory 8kb"];
const VALUE = "x".repeat(100);

/** Sets keys of one length until the node refuses one. Returns how many it took. */
async function fill({ ask }: Rig, prefix = "scores:"): Promise<number> {
  for (let i = 1000; ; i++) if ((await ask(["SET", `${prefix}${i}`, VALUE])) === OOM) return i - 1000;
}

async function startFull(t: ExecutionContext, options: RigOptions = {}): Promise<Rig & { count: number }> {
  const rig = await startRig(t, LINES, options);
  return { ...rig, count: await fill(rig) };
}

test("a command that needs room gets Redis' error, and the entries stay", async (t) => {
  const { ask, node, count } = await startFull(t);
  t.true(count > 30);
  const refused = [
    ["SET", "scores:new", VALUE],
    ["SET", "scores:new", VALUE, "GET"],
    ["SET", "scores:1001", VALUE.repeat(3)],
    ["SETEX", "scores:new", "10", VALUE],
    ["PSETEX", "scores:new", "10", VALUE],
    ["SETNX", "scores:new", VALUE],
    ["GETSET", "scores:new", VALUE],
    ["MSET", "scores:1002", "y", "scores:new", VALUE.repeat(2)],
  ];
  for (const words of refused) t.is(await ask(words), OOM, words.join(" "));
  t.is(await ask(["GET", "scores:1001"], ["DBSIZE"]), `${bulk(VALUE)}:${count}\r\n`);
  t.is(node.cache.groups.all[0]!.store.figures().evictions, 0);
});

test("a command that needs no room works: a value of the same size, a lifetime, a delete, which makes room", async (t) => {
  const { ask, clock } = await startFull(t);
  t.is(
    await ask(
      ["SET", "scores:1001", "y".repeat(100)],
      ["EXPIRE", "scores:1001", "100"],
      ["EXPIRE", "scores:1002", "100"],
      ["PERSIST", "scores:1002"],
      ["TTL", "scores:1001"],
      ["GETEX", "scores:1003", "EX", "7"],
      ["SETNX", "scores:1004", VALUE],
      ["GETDEL", "scores:1005"],
      ["SET", "scores:new", VALUE],
      ["SET", "scores:newer", VALUE],
    ),
    `+OK\r\n:1\r\n:1\r\n:1\r\n:100\r\n${bulk(VALUE)}:0\r\n${bulk(VALUE)}+OK\r\n${OOM}`,
  );
  clock.advance(7000);
  t.is(await ask(["SET", "scores:newer", VALUE], ["GET", "scores:newer"]), `+OK\r\n${bulk(VALUE)}`);
  t.is(await ask(["SET", "scores:last", VALUE], ["FLUSHALL"]), `${OOM}+OK\r\n`);
  t.is(await ask(["SET", "scores:last", VALUE]), "+OK\r\n");
});

test("a GET that loads is answered, but neither its value nor a not-found is kept", async (t) => {
  const loads: string[] = [];
  const load = (key: Uint8Array) => {
    loads.push(String(key));
    return key.length > 3 ? null : VALUE;
  };
  const { ask, node } = await startFull(t, { loader: { load } });
  t.is(await ask(["GET", "scores:a"], ["GET", "scores:none"]), `${bulk(VALUE)}$-1\r\n`);
  t.is(
    await ask(["EXISTS", "scores:a"], ["MGET", "scores:a", "scores:1001"]),
    `:0\r\n*2\r\n${bulk(VALUE).repeat(2)}`,
  );
  t.deepEqual(loads, ["a", "none", "a"]);
  const { usedBytes, maxBytes, evictions } = node.cache.groups.all[0]!.store.figures();
  t.true(usedBytes <= maxBytes && evictions === 0);
});

test("in a transaction the refused command is an error among the replies", async (t) => {
  const { ask } = await startFull(t);
  t.is(
    await ask(
      ["MULTI"],
      ["SET", "scores:new", VALUE],
      ["DEL", "scores:1001"],
      ["SET", "scores:new", VALUE],
      ["GET", "scores:new"],
      ["EXEC"],
    ),
    `+OK\r\n${"+QUEUED\r\n".repeat(4)}*4\r\n${OOM}:1\r\n+OK\r\n${bulk(VALUE)}`,
  );
});

test("the policy has Redis' name, and changes to one that is here only", async (t) => {
  const { ask } = await startRig(t, LINES);
  t.regex(await ask(["INFO", "memory"]), /\r\nmaxmemory_policy:noeviction\r\n/);
  const policy = (word: string) => ask(["CONFIG", "SET", "maxmemory-policy", word]);
  t.is(
    await ask(["CONFIG", "GET", "maxmemory-policy"]),
    `*2\r\n${bulk("maxmemory-policy")}${bulk("noeviction")}`,
  );
  t.is(await ask(["CONFIG", "GET", "eviction"]), `*2\r\n${bulk("eviction")}${bulk("noeviction")}`);
  t.is(await policy("NoEviction"), "+OK\r\n");
  const failed = "-ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy') - ";
  const here = "carrotCache has allkeys-lfu (its s3fifo), allkeys-lru and noeviction";
  t.is(await policy("volatile-lru"), `${failed}${here}\r\n`);
  t.is(
    await policy("lifo"),
    `${failed}argument(s) must be one of the following: volatile-lru, volatile-lfu, volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, noeviction\r\n`,
  );
  t.is(await ask(["OBJECT", "IDLETIME", "scores:a"], ["SET", "scores:a", "1"]), "$-1\r\n+OK\r\n");
  t.is(await ask(["OBJECT", "IDLETIME", "scores:a"]), ":0\r\n");
  t.regex(await ask(["OBJECT", "FREQ", "scores:a"]), /^-ERR An LFU maxmemory policy is not selected/);
});

for (const at of [0, 1, 2]) {
  test(`through member ${at} a client gets the owner's refusal, and the owner keeps what it held`, async (t) => {
    const rigs = await startMembers(t, 3, [...LINES, "group scores loader none"], {
      loader: { load: () => null },
    });
    const owner = rigs[1]!;
    const mine = Array.from({ length: 900 }, (_, i) => `scores:${100 + i}`).filter(
      (name) =>
        owner.node.cache.membership.ring.ownerOf(Buffer.from(name)) === owner.node.cache.membership.self,
    );
    let kept = 0;
    while ((await owner.ask(["SET", mine[kept]!, VALUE])) === "+OK\r\n") kept++;
    const { ask } = rigs[at]!;
    t.true(kept > 10);
    const held = mine[0]!;
    const refused = mine[kept]!;
    t.is(
      await ask(["SET", refused, VALUE], ["SETNX", refused, VALUE], ["SET", held, VALUE.repeat(3)]),
      OOM.repeat(3),
    );
    t.is(await ask(["GET", held], ["EXPIRE", held, "100"], ["TTL", held]), `${bulk(VALUE)}:1\r\n:100\r\n`);
    t.is(await ask(["SET", keyAt(rigs[2]!), VALUE]), "+OK\r\n");
    t.is(await ask(["DEL", held], ["SET", refused, VALUE]), ":1\r\n+OK\r\n");
    for (const rig of rigs) t.is(await rig.ask(["GET", refused], ["GET", held]), `${bulk(VALUE)}$-1\r\n`);
  });
}
