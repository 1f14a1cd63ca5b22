/**
 * Goal: a script runs whole at the owner of its keys, through any member; every member finds a text by its SHA-1; what is
 * loaded is what a GET gives; a script that is ended has written nothing.
 * Method: three members with real links. script-differential is in test/server/scripts.
 */
import { createHash } from "node:crypto";
import test from "ava";
import { keyAt, startMembers } from "../linked-members.ts";
import { bulk, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const LINES = ["group default loader none"];
const NOTHING = { loader: { load: () => null } };
const GOES = { ...NOTHING, clock: () => performance.now() };
const CROSSED = "-CROSSSLOT Keys in request don't hash to the same slot\r\n";
const ENDED = /^-ERR script ended: it ran longer than busy-reply-threshold; nothing that it wrote is kept/;
const shaOf = (text: string) => createHash("sha1").update(text).digest("hex");

for (const protocol of [2, 3] as const)
  test(`in RESP${protocol} words and mistakes are answered as redis-server answers them`, (t) =>
    compareWithRedis(t, protocol, [
      "EVAL",
      "EVAL 1",
      "EVAL return 0",
      "EVAL return -1",
      "EVAL return x",
      "EVAL return 1 a | EVAL return 2 a",
      "EVAL error 0",
      "EVALSHA x 0",
      `EVALSHA ${shaOf("nosuch")} 0`,
      `EVALSHA ${shaOf("nosuch")} -1`,
      "EVALSHA_RO x 0",
      `SCRIPT LOAD return | EVALSHA ${shaOf("return")} 0 | EVALSHA ${shaOf("return").toUpperCase()} 0`,
      `SCRIPT LOAD return | SCRIPT EXISTS ${shaOf("return")} x ${shaOf("x")} | SCRIPT FLUSH | SCRIPT EXISTS ${shaOf("return")}`,
      `EVAL return 0 | EVALSHA_RO ${shaOf("return")} 0 | SCRIPT FLUSH ASYNC | EVALSHA ${shaOf("return")} 0`,
      "SCRIPT LOAD (x",
      "SCRIPT FLUSH now",
      "SCRIPT FLUSH sync async",
      "SCRIPT KILL",
      "SCRIPT EXISTS",
      "SCRIPT nosuch",
      "SCRIPT",
      "MULTI | EVAL return 0 | EVAL return(KEYS[1]) 1 a | EXEC",
      "MULTI | EVAL error('x') 0 | SET scores:a b | EXEC",
    ]));

test("through every member a script runs once, at the owner, and sees its own writes", async (t) => {
  const rigs = await startMembers(t, 3, LINES, NOTHING);
  const script = "local n = (redis.call('GET', KEYS[1]) or 0) + 1 redis.call('SET', KEYS[1], n) return n";
  for (let i = 0; i < 9; i++) t.is(await rigs[i % 3]!.ask(["EVAL", script, "1", "counter"]), `:${i + 1}\r\n`);
  for (const { ask } of rigs) t.is(await ask(["GET", "counter"]), bulk("9"));
});

test("scripts of many clients over all members do not come between each other", async (t) => {
  const rigs = await startMembers(t, 3, LINES, NOTHING);
  const script = "local n = redis.call('GET', KEYS[1]) or 0 redis.call('SET', KEYS[1], n + 1) return 1";
  const clients = Array.from({ length: 12 }, (_, i) => rigs[i % 3]!);
  const all = clients.map(({ ask }) =>
    ask(...Array.from({ length: 25 }, () => ["EVAL", script, "1", "counter"])),
  );
  for (const answer of await Promise.all(all)) t.is(answer, ":1\r\n".repeat(25));
  t.is(await rigs[0]!.ask(["GET", "counter"]), bulk("300"));
});

test("keys of several owners are refused, keys with one hash tag are not, and no keys run anywhere", async (t) => {
  const rigs = await startMembers(t, 3, LINES, NOTHING);
  const other = keyAt(rigs[1]!, "");
  const own = keyAt(rigs[0]!, "");
  for (const { ask } of rigs) {
    t.is(await ask(["EVAL", "return 1", "2", own, other]), CROSSED);
    t.is(
      await ask(["EVAL", "return #KEYS", "2", `{t}${own}`, `{t}${other}`], ["EVAL", "return 7", "0"]),
      ":2\r\n:7\r\n",
    );
  }
});

test("a text that one member knows is known through every member, until it is forgotten by all", async (t) => {
  const rigs = await startMembers(t, 3, LINES, NOTHING);
  const [a, b, c] = rigs as [(typeof rigs)[0], (typeof rigs)[0], (typeof rigs)[0]];
  const sha = shaOf("return KEYS[1]");
  t.is(await a.ask(["SCRIPT", "LOAD", "return KEYS[1]"]), bulk(sha));
  t.is(await b.ask(["EVALSHA", sha, "1", keyAt(c, "")]), bulk(keyAt(c, "")));
  t.is(await c.ask(["SCRIPT", "EXISTS", sha, shaOf("x")]), "*2\r\n:1\r\n:0\r\n");
  t.is(await b.ask(["SCRIPT", "FLUSH"]), "+OK\r\n");
  for (const { ask } of rigs)
    t.is(await ask(["EVALSHA", sha, "1", "x"]), "-NOSCRIPT No matching script. Please use EVAL.\r\n");
});

test("what a script reads is loaded before it runs, once, and a load that fails is the answer", async (t) => {
  const loaded: string[] = [];
  const load = (key: unknown) => {
    loaded.push(String(key));
    if (String(key) === "bad") throw new Error("broken");
    return String(key) === "none" ? null : `value of ${key}`;
  };
  const rigs = await startMembers(t, 3, ["group scores loader module nowhere.mjs"], { loader: { load } });
  const script = "return {redis.call('GET', KEYS[1]), redis.call('EXISTS', KEYS[1])}";
  for (const { ask } of rigs) {
    t.is(await ask(["EVAL", script, "1", "scores:Tom"]), `*2\r\n${bulk("value of Tom")}:1\r\n`);
    t.is(await ask(["EVAL", script, "1", "scores:none"]), "*2\r\n$-1\r\n:0\r\n");
    t.regex(await ask(["EVAL", script, "1", "scores:bad"]), /^-ERR loader .*broken/);
  }
  t.is(loaded.filter((key) => key === "Tom").length, 1);
});

test("commands behind a script in a pipeline come after it, also when it has to wait for a load", async (t) => {
  const load = () => new Promise<string>((resolve) => setImmediate(() => resolve("loaded")));
  const { ask } = await startRig(t, ["group scores loader module nowhere.mjs"], { loader: { load } });
  const script = "local v = redis.call('GET', KEYS[1]) redis.call('SET', KEYS[1], 'x') return v";
  t.is(await ask(["EVAL", script, "1", "scores:Tom"], ["GET", "scores:Tom"]), bulk("loaded") + bulk("x"));
});

test("a value that is loaded and not kept is what the script gets, until it changes the key", async (t) => {
  const { ask } = await startRig(t, ["group scores loader module nowhere.mjs"], {
    loader: { load: () => ({ value: "v", ttlMs: 0 }) },
  });
  const script =
    "local a = redis.call('GET', KEYS[1]) redis.call('DEL', KEYS[1]) return {a, redis.call('GET', KEYS[1])}";
  t.is(await ask(["EVAL", script, "1", "scores:Tom"]), `*2\r\n${bulk("v")}$-1\r\n`);
});

test("CONFIG SET busy-reply-threshold ends what runs longer, and takes back what it wrote", async (t) => {
  const { ask } = await startRig(t, LINES, GOES);
  t.is(
    await ask(["CONFIG", "SET", "busy-reply-threshold", "30"], ["SET", "a", "before", "EX", "100"]),
    "+OK\r\n+OK\r\n",
  );
  const writes = "redis.call('SET', KEYS[1], 'x') redis.call('SET', KEYS[2], 'y') redis.call('DEL', KEYS[1])";
  t.regex(await ask(["EVAL", `${writes} while true do end`, "2", "a", "b"]), ENDED);
  t.regex(
    await ask(["GET", "a"], ["TTL", "a"], ["EXISTS", "b"]),
    /^\$6\r\nbefore\r\n:(100|[6-9]\d)\r\n:0\r\n$/,
  );
  await ask(["CONFIG", "SET", "busy-reply-threshold", "60000"]);
  t.regex(
    await ask(["EVAL", `${writes} return string.rep('x', 1e9)`, "2", "a", "b"]),
    /^-ERR script ended: it took too much memory/,
  );
  t.is(await ask(["GET", "a"]), bulk("before"));
});

test("what a script wrote before an error of its own stays, as in Redis", async (t) => {
  const { ask } = await startRig(t, LINES, GOES);
  t.regex(
    await ask(["EVAL", "redis.call('SET', KEYS[1], 'x') error('y')", "1", "a"]),
    /^-ERR user_script:1: y script: /,
  );
  t.is(await ask(["GET", "a"]), bulk("x"));
});

test("clients that cache or watch hear of what a script changes on another member", async (t) => {
  const rigs = await startMembers(t, 3, LINES, NOTHING);
  await rigs[0]!.ask(["SET", "a", "1"]);
  for (const [i, rig] of rigs.entries()) {
    const caching = await rig.client();
    caching.send("HELLO 3\r\nCLIENT TRACKING ON\r\nGET a\r\nWATCH a\r\n");
    await caching.until((text) => text.endsWith("+OK\r\n") && text.includes("$1\r\n"));
    caching.take();
    t.is(
      await rigs[(i + 1) % 3]!.ask([
        "EVAL",
        "return redis.call('SET', KEYS[1], ARGV[1])",
        "1",
        "a",
        String(i),
      ]),
      "+OK\r\n",
    );
    await caching.until((text) => text.includes("invalidate"));
    caching.take();
    t.is(await caching.reply("MULTI\r\nEXEC\r\n", "+OK\r\n_\r\n"), "+OK\r\n_\r\n");
  }
});

test("INFO says how many scripts are kept, and how many bytes they take", async (t) => {
  const { ask } = await startRig(t, LINES, GOES);
  await ask(["EVAL", "return 1", "0"], ["SCRIPT", "LOAD", "return 22"]);
  const info = await ask(["INFO", "memory"]);
  t.regex(info, /number_of_cached_scripts:2\r\n/);
  t.regex(info, /used_memory_scripts:17\r\n/);
});
