/**
 * Goal: OBJECT returns the figures that the eviction policy keeps, and Redis' errors for those that it does not keep.
 * Replies are compared with redis-server in key-differential.test.ts.
 * Method: nodes with entries that are SET, on a clock of the test's.
 */
import test from "ava";
import { bulk, startRig } from "../rig.ts";

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
