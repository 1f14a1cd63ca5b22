/**
 * Goal: compare and act as in Redis 8.4 and Valkey 9, at the owner, on what is cached. No server of these versions is at
 * hand, so the replies are those of their documentation and of their own tests.
 * Method: nodes of real parts; three members with real links.
 */
import test from "ava";
import { HeldLoader } from "../fakes.ts";
import { keyAt, startMembers } from "../linked-members.ts";
import { bulk, startRig } from "../rig.ts";

const HELLO = "9555e8555c62dcfd";
const NONE = ["group default loader none"];
const NIL = "$-1\r\n";

test("SET with a comparison sets or answers null; a missing key is equal to nothing", async (t) => {
  const { ask } = await startRig(t, NONE);
  t.is(
    await ask(["SET", "k", "a", "IFEQ", "x"], ["SET", "k", "a", "IFDEQ", HELLO], ["EXISTS", "k"]),
    `${NIL}${NIL}:0\r\n`,
  );
  t.is(await ask(["SET", "k", "hello", "IFNE", "x"], ["SET", "k", "b", "IFNE", "hello"]), `+OK\r\n${NIL}`);
  t.is(
    await ask(["SET", "k", "b", "ifdeq", HELLO, "EX", "100"], ["GET", "k"], ["TTL", "k"]),
    `+OK\r\n${bulk("b")}:100\r\n`,
  );
  t.is(await ask(["SET", "k", "c", "IFEQ", "b", "KEEPTTL"], ["TTL", "k"]), "+OK\r\n:100\r\n");
  t.is(
    await ask(["SET", "k", "d", "IFEQ", "x", "GET"], ["SET", "k", "d", "GET", "IFEQ", "c"]),
    bulk("c") + bulk("c"),
  );
  t.is(await ask(["GET", "k"], ["SET", "new", "1", "IFDNE", "short"]), `${bulk("d")}+OK\r\n`);
});

test("a comparison that is wrong or stands beside another condition is refused", async (t) => {
  const { ask } = await startRig(t, NONE);
  await ask(["SET", "k", "hello"]);
  const syntax = "-ERR syntax error\r\n";
  for (const words of [
    ["IFEQ"],
    ["IFEQ", "a", "NX"],
    ["XX", "IFNE", "a"],
    ["IFEQ", "a", "IFEQ", "a"],
    ["IFDEQ", HELLO, "IFNE", "a"],
  ])
    t.is(await ask(["SET", "k", "v", ...words]), syntax, words.join(" "));
  const digest = "-ERR must be exactly 16 hexadecimal characters\r\n";
  t.is(
    await ask(["SET", "k", "v", "IFDEQ", "abc"], ["SET", "k", "v", "IFDNE", `${HELLO}0`], ["GET", "k"]),
    digest + digest + bulk("hello"),
  );
  t.is(await ask(["GETEX", "k", "IFEQ", "a"]), syntax);
});

test("DELEX deletes by value or digest, and alone as DEL", async (t) => {
  const { ask } = await startRig(t, NONE);
  for (const condition of ["IFEQ", "IFNE", "IFDEQ", "IFDNE", "FOO"])
    t.is(await ask(["DELEX", "missing", condition, "bar"]), ":0\r\n", condition);
  const set = ["SET", "k", "hello"];
  t.is(
    await ask(set, ["DELEX", "k", "IFEQ", "other"], ["DELEX", "k", "ifeq", "hello"]),
    "+OK\r\n:0\r\n:1\r\n",
  );
  t.is(
    await ask(set, ["DELEX", "k", "IFNE", "hello"], ["DELEX", "k", "IfNe", "other"]),
    "+OK\r\n:0\r\n:1\r\n",
  );
  t.is(
    await ask(set, ["DELEX", "k", "IFDEQ", "0".repeat(16)], ["DELEX", "k", "IFDEQ", HELLO.toUpperCase()]),
    "+OK\r\n:0\r\n:1\r\n",
  );
  t.is(
    await ask(set, ["DELEX", "k", "IFDNE", HELLO], ["DELEX", "k", "IFDNE", "z".repeat(16)]),
    "+OK\r\n:0\r\n:1\r\n",
  );
  t.is(await ask(set, ["DELEX", "k"], ["DELEX", "k"]), "+OK\r\n:1\r\n:0\r\n");
  const arity = "-ERR wrong number of arguments for 'delex' command\r\n";
  t.is(await ask(["DELEX", "k", "IFEQ"], ["DELEX", "k", "IFEQ", "a", "b"], ["DELEX"]), arity.repeat(3));
  t.is(
    await ask(set, ["DELEX", "k", "FOO", "hello"], ["EXISTS", "k"]),
    "+OK\r\n-ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE\r\n:1\r\n",
  );
});

test("DELIFEQ deletes only its own value", async (t) => {
  const { ask } = await startRig(t, NONE);
  t.is(
    await ask(
      ["DELIFEQ", "k", "a"],
      ["SET", "k", "0123"],
      ["DELIFEQ", "k", "123"],
      ["DELIFEQ", "k", "0123"],
      ["EXISTS", "k"],
    ),
    ":0\r\n+OK\r\n:0\r\n:1\r\n:0\r\n",
  );
});

test("DIGEST is the hash that IFDEQ takes, null without a value", async (t) => {
  const { ask } = await startRig(t, NONE);
  t.is(
    await ask(["DIGEST", "k"], ["SET", "k", "v8"], ["DIGEST", "k"]),
    `${NIL}+OK\r\n${bulk("0cc76dbb41381419")}`,
  );
});

test("nothing is loaded, and a cached not-found is missing", async (t) => {
  const loader = new HeldLoader();
  loader.release();
  const { ask } = await startRig(t, ["group scores loader module origin.mjs"], { loader });
  t.is(
    await ask(["DIGEST", "scores:a"], ["DELEX", "scores:a", "IFNE", "x"], ["DELIFEQ", "scores:a", ""]),
    `${NIL}:0\r\n:0\r\n`,
  );
  t.is(loader.loads.length, 0);
  t.is(
    await ask(
      ["GET", "scores:a"],
      ["SET", "scores:a", "1", "IFEQ", ""],
      ["SET", "scores:a", "1", "IFNE", ""],
    ),
    `${NIL}${NIL}+OK\r\n`,
  );
});

test("of many clients of three members that swap one value for another, each time one succeeds", async (t) => {
  const rigs = await startMembers(t, 3, ["group scores loader none"], { loader: { load: () => null } });
  const name = keyAt(rigs[1]!);
  await rigs[0]!.ask(["SET", name, "0"]);
  for (let i = 0; i < 10; i++) {
    const swap = ["SET", name, String(i + 1), "IFEQ", String(i)];
    const replies = await Promise.all(rigs.flatMap(({ ask }) => [ask(swap), ask(swap), ask(swap)]));
    t.is(replies.filter((reply) => reply === "+OK\r\n").length, 1);
    t.is(replies.filter((reply) => reply === NIL).length, 8);
  }
  for (const { ask } of rigs) t.is(await ask(["GET", name]), bulk("10"));
  const taken = await Promise.all(rigs.map(({ ask }) => ask(["DELIFEQ", name, "10"])));
  t.is(taken.filter((reply) => reply === ":1\r\n").length, 1);
  for (const { ask } of rigs) t.is(await ask(["GET", name]), NIL);
});
