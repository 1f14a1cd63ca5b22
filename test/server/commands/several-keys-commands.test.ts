/**
 * Goal: MSETNX, RENAME, RENAMENX, COPY and LCS work through any member, on keys that one member owns; nothing stale is left
 * behind, and a command that fails has changed nothing.
 * Method: three members with real links; one that is full. key-differential.test.ts compares replies with redis-server's.
 */
import test from "ava";
import { startMembers } from "../linked-members.ts";
import { bulk, startRig } from "../rig.ts";

const LINES = ["group default loader none"];
const NOTHING = { loader: { load: () => null } };
const CROSSED = "-CROSSSLOT Keys in request don't hash to the same slot\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

test("keys without a common owner are refused by every member, keys with one hash tag are not", async (t) => {
  const rigs = await startMembers(t, 3, LINES, NOTHING);
  const owner = (name: string) => rigs[0]!.node.cache.membership.ring.ownerOf(Buffer.from(name));
  const other = ["b", "c", "d", "e", "f", "g"].find((name) => owner(name) !== owner("a"))!;
  for (const { ask } of rigs) {
    const commands = ["RENAME", "RENAMENX", "COPY", "LCS"].map((name) => [name, "a", other]);
    t.is(await ask(["MSETNX", "a", "1", other, "2"], ...commands), CROSSED.repeat(5));
    t.is(await ask(["EXISTS", "a", other]), ":0\r\n");
    const tagged = await ask(
      ["MSETNX", "a{t}", "1", "b{t}", "2"],
      ["MSETNX", "b{t}", "3", "c{t}", "3"],
      ["RENAME", "a{t}", "c{t}"],
      ["COPY", "b{t}", "d{t}"],
      ["MGET", "a{t}", "b{t}", "c{t}", "d{t}"],
      ["DEL", "b{t}", "c{t}", "d{t}"],
    );
    t.is(tagged, `:1\r\n:0\r\n+OK\r\n:1\r\n*4\r\n$-1\r\n${bulk("2")}${bulk("1")}${bulk("2")}:3\r\n`);
  }
});

test("after a RENAME no member gives the old value, from no mirror either", async (t) => {
  const rigs = await startMembers(t, 3, [...LINES, "max-pending-commands 100"], NOTHING);
  const [first] = rigs;
  for (let round = 0; round < 5; round++) {
    await first!.ask(["SET", "a{t}", `old ${round}`], ["SET", "b{t}", `new ${round}`]);
    // Hot keys are mirrored.
    for (const { ask } of rigs) await ask(...Array.from({ length: 40 }, () => ["GET", "b{t}"]));
    t.is(await rigs[round % 3]!.ask(["RENAME", "a{t}", "b{t}"]), "+OK\r\n");
    for (const { ask } of rigs)
      t.is(await ask(["GET", "b{t}"], ["GET", "a{t}"]), `${bulk(`old ${round}`)}$-1\r\n`);
  }
});

test("a client that caches is told of a change that another member's procedure made, and WATCH notices", async (t) => {
  const rigs = await startMembers(t, 3, LINES, NOTHING);
  await rigs[0]!.ask(["SET", "a{t}", "1"], ["SET", "b{t}", "2"]);
  for (const [i, rig] of rigs.entries()) {
    const caching = await rig.client();
    caching.send("HELLO 3\r\nCLIENT TRACKING ON\r\nGET b{t}\r\nWATCH b{t}\r\n");
    await caching.until((text) => text.endsWith("+OK\r\n") && text.includes("$1\r\n"));
    caching.take();
    t.is(await rigs[(i + 1) % 3]!.ask(["COPY", "a{t}", "b{t}", "REPLACE"]), ":1\r\n");
    await caching.until((text) => text.includes("invalidate") && text.includes("b{t}"));
    caching.take();
    const exec = "MULTI\r\nEXEC\r\n";
    t.is(await caching.reply(exec, "+OK\r\n_\r\n"), "+OK\r\n_\r\n");
  }
});

test("commands behind a procedure in a pipeline see what it has changed", async (t) => {
  const rigs = await startMembers(t, 3, LINES, NOTHING);
  for (const { ask } of rigs)
    t.is(
      await ask(
        ["MSETNX", "a{t}", "1", "b{t}", "2"],
        ["GET", "a{t}"],
        ["RENAME", "a{t}", "b{t}"],
        ["GET", "b{t}"],
        ["DEL", "b{t}"],
      ),
      `:1\r\n${bulk("1")}+OK\r\n${bulk("1")}:1\r\n`,
    );
});

test("on a full node a command that finds no room changes nothing", async (t) => {
  const lines = ["eviction noeviction", "group scores maxmemory 8kb", "group scores loader none"];
  const { ask, node } = await startRig(t, lines);
  const value = "x".repeat(100);
  for (let i = 100; (await ask(["SET", `scores:${i}`, value])) !== OOM; i++);
  await ask(["DEL", "scores:100"]);
  const entries = node.cache.groups.all[0]!.store.figures().entries;
  t.is(await ask(["MSETNX", "scores:1", value, "scores:2", value, "scores:3", value]), OOM);
  t.is(await ask(["EXISTS", "scores:1", "scores:2", "scores:3"]), ":0\r\n");
  t.is(await ask(["RENAME", "scores:101", `scores:${"long".repeat(200)}`]), OOM);
  t.is(await ask(["STRLEN", "scores:101"]), ":100\r\n");
  t.is(await ask(["COPY", "scores:101", `scores:${"long".repeat(200)}`]), OOM);
  t.is(node.cache.groups.all[0]!.store.figures().entries, entries);
});

test("a value that the group of the new key cannot hold is refused, and the old key keeps it", async (t) => {
  const { ask } = await startRig(t, [...LINES, "group small loader none", "group small max-value-size 10b"]);
  await ask(["SET", "big", "x".repeat(11)]);
  const refused = "-ERR value is too long (max 10 bytes)\r\n";
  t.is(
    await ask(["RENAME", "big", "small:a"], ["COPY", "big", "small:a"], ["STRLEN", "big"]),
    `${refused}${refused}:11\r\n`,
  );
});

test("inside EXEC they run in their turn", async (t) => {
  const [rig] = await startMembers(t, 2, LINES, NOTHING);
  t.is(
    await rig!.ask(["MULTI"], ["MSETNX", "a{t}", "1"], ["RENAME", "a{t}", "b{t}"], ["GET", "b{t}"], ["EXEC"]),
    `+OK\r\n${"+QUEUED\r\n".repeat(3)}*3\r\n:1\r\n+OK\r\n${bulk("1")}`,
  );
});
