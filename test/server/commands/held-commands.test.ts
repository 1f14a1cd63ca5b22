/**
 * Goal: what commands tell about cached values, that they never load, and what OBJECT says under either policy. Replies
 * are compared with redis-server in key-differential.test.ts. Method: nodes with an origin that notes what it is asked.
 */
import test from "ava";
import { bulk, startRig } from "../rig.ts";

const LOOKS = [
  ["GETRANGE", "scores:a", "0", "-1"],
  ["GETDEL", "scores:a"],
  ["GETEX", "scores:a"],
  ["TOUCH", "scores:a"],
  ["TYPE", "scores:a"],
  ["OBJECT", "ENCODING", "scores:a"],
  ["OBJECT", "FREQ", "scores:a"],
  ["OBJECT", "IDLETIME", "scores:a"],
  ["OBJECT", "REFCOUNT", "scores:a"],
];
const NOTHING = "$0\r\n\r\n$-1\r\n$-1\r\n:0\r\n+none\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n";

test("nothing is loaded, and a cached not-found is nothing", async (t) => {
  const asked: unknown[] = [];
  const load = (key: unknown) => {
    asked.push(key);
    return null;
  };
  const { ask, ask3 } = await startRig(t, [], { loader: { load } });
  t.is(await ask(...LOOKS), NOTHING);
  t.is(await ask3(...LOOKS), NOTHING.replaceAll("$-1\r\n", "_\r\n"));
  t.deepEqual(asked, []);
  t.is(await ask(["GET", "scores:a"], ...LOOKS), `$-1\r\n${NOTHING}`);
});

test("a loaded value is there for all of them, until GETDEL", async (t) => {
  const { ask, asked } = await startRig(t);
  await ask(["GET", "scores:a"]);
  t.is(
    await ask(["GETRANGE", "scores:a", "-4", "-1"], ["SUBSTR", "scores:a", "0", "4"]),
    bulk("of a") + bulk("value"),
  );
  t.is(await ask(["TOUCH", "scores:a", "scores:no", "scores:a"], ["TYPE", "scores:a"]), ":2\r\n+string\r\n");
  t.is(await ask(["GETDEL", "scores:a"], ["EXISTS", "scores:a"]), `${bulk("value of a")}:0\r\n`);
  t.deepEqual(asked, ["a"]);
});

test("OBJECT FREQ counts uses where s3fifo evicts; IDLETIME is Redis' error there", async (t) => {
  const { ask } = await startRig(t, ["eviction s3fifo"]);
  await ask(["SET", "scores:a", "1"]);
  const freq = ["OBJECT", "FREQ", "scores:a"];
  t.is(
    await ask(freq, ["GET", "scores:a"], freq, ["TOUCH", "scores:a"], freq),
    `:0\r\n${bulk("1")}:1\r\n:1\r\n:2\r\n`,
  );
  t.regex(
    await ask(["OBJECT", "IDLETIME", "scores:a"]),
    /^-ERR An LFU maxmemory policy is selected, idle time/,
  );
  t.is(await ask(["OBJECT", "REFCOUNT", "scores:a"]), ":1\r\n");
});

test("OBJECT IDLETIME is in seconds where lru evicts; FREQ is Redis' error there", async (t) => {
  const { ask, node, clock } = await startRig(t, ["eviction lru"]);
  await ask(["SET", "scores:a", "1"]);
  node.cache.groups.all[0]!.store.noteUseTimes();
  clock.advance(61_000);
  const idle = ["OBJECT", "IDLETIME", "scores:a"];
  t.is(await ask(idle, idle, ["GET", "scores:a"], idle), `:61\r\n:61\r\n${bulk("1")}:0\r\n`);
  t.regex(await ask(["OBJECT", "FREQ", "scores:a"]), /^-ERR An LFU maxmemory policy is not selected, access/);
});

test("OBJECT ENCODING is what Redis would make of the value", async (t) => {
  const { ask } = await startRig(t);
  for (const [value, encoding] of [
    ["123", "int"],
    ["-0", "embstr"],
    ["x".repeat(44), "embstr"],
    ["x".repeat(45), "raw"],
    ["", "embstr"],
  ]) {
    t.is(
      await ask(["SET", "scores:a", value!], ["OBJECT", "ENCODING", "scores:a"]),
      `+OK\r\n${bulk(encoding!)}`,
    );
  }
});
