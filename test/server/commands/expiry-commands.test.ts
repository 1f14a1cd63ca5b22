/**
 * Goal: clients change and read lifetimes, and none of these commands loads. Replies are compared with redis-server in
 * key-differential.test.ts. Method: a node on a clock that stands still.
 */
import test from "ava";
import { bulk, startRig } from "../rig.ts";

test("a key that is not cached has no lifetime to change, and nothing is loaded for it", async (t) => {
  const { ask, asked } = await startRig(t);
  const commands = [
    ["EXPIRE", "scores:a", "10"],
    ["PEXPIREAT", "scores:a", "1"],
    ["PERSIST", "scores:a"],
    ["GETEX", "scores:a", "EX", "10"],
    ["EXPIRETIME", "scores:a"],
    ["PEXPIRETIME", "scores:a"],
  ];
  t.is(await ask(...commands), ":0\r\n:0\r\n:0\r\n$-1\r\n:-2\r\n:-2\r\n");
  t.deepEqual(asked, []);
});

test("a loaded entry gets a shorter, a longer and an endless life; when it ends, the entry is loaded anew", async (t) => {
  const { ask, asked, clock } = await startRig(t, ["group scores ttl 100s", "group scores ttl-jitter 0%"]);
  await ask(["GET", "scores:a"]);
  t.is(await ask(["EXPIRE", "scores:a", "10"], ["PTTL", "scores:a"]), ":1\r\n:10000\r\n");
  t.is(
    await ask(["GETEX", "scores:a", "PX", "5500"], ["PTTL", "scores:a"]),
    `${bulk("value of a")}:5500\r\n`,
  );
  t.is(
    await ask(["PERSIST", "scores:a"], ["TTL", "scores:a"], ["PERSIST", "scores:a"]),
    ":1\r\n:-1\r\n:0\r\n",
  );
  t.is(await ask(["PEXPIRE", "scores:a", "50"]), ":1\r\n");
  clock.advance(50);
  t.is(await ask(["GET", "scores:a"]), bulk("value of a"));
  t.deepEqual(asked, ["a", "a"]);
});

test("an expiry in the past deletes the entry, and the next GET loads", async (t) => {
  const { ask, asked } = await startRig(t);
  for (const words of [
    ["EXPIRE", "scores:a", "-1"],
    ["PEXPIREAT", "scores:a", "1"],
    ["EXPIRE", "scores:a", "0"],
  ]) {
    await ask(["GET", "scores:a"]);
    t.is(await ask(words, ["EXISTS", "scores:a"]), ":1\r\n:0\r\n");
  }
  t.is(asked.length, 3);
});

test("EXPIRETIME returns the time of day that SET was given, to the millisecond", async (t) => {
  const { ask } = await startRig(t);
  for (const at of ["4000000000123", "1999999999999"]) {
    t.is(
      await ask(
        ["SET", "scores:a", "1", "PXAT", at],
        ["PEXPIRETIME", "scores:a"],
        ["EXPIRETIME", "scores:a"],
      ),
      `+OK\r\n:${at}\r\n:${Math.floor((Number(at) + 500) / 1000)}\r\n`,
    );
  }
  t.is(await ask(["SET", "scores:a", "1"], ["EXPIRETIME", "scores:a"]), "+OK\r\n:-1\r\n");
});

test("conditions of EXPIRE that exclude each other have Redis' texts", async (t) => {
  const { ask } = await startRig(t);
  const nx = "-ERR NX and XX, GT or LT options at the same time are not compatible\r\n";
  t.is(
    await ask(["EXPIRE", "scores:a", "1", "NX", "XX"], ["EXPIRE", "scores:a", "1", "LT", "NX"]),
    nx.repeat(2),
  );
  t.is(
    await ask(["EXPIRE", "scores:a", "x", "GT", "LT"], ["EXPIRE", "scores:a", "x", "FOO\r\n"]),
    "-ERR GT and LT options at the same time are not compatible\r\n-ERR Unsupported option FOO\r\n",
  );
});
