/**
 * Goal: a key or value that cannot be kept is refused with an error that says why, and a key of no group has no entry.
 * Method: the replies of a node with small limits.
 */
import test from "ava";
import { startRig } from "../rig.ts";

test("a value beyond max-value-size, a long key and a key of no group are refused; nothing changes", async (t) => {
  const lines = ["group scores max-value-size 1kb", "max-key-size 20"];
  const { ask } = await startRig(t, lines);
  const big = "x".repeat(1025);
  const tooLong = "-ERR value is too long (max 1024 bytes)\r\n";
  t.is(await ask(["SET", "scores:a", "1"]), "+OK\r\n");
  const sets = [
    ["SET", "scores:a", big],
    ["SETEX", "scores:a", "9", big],
    ["PSETEX", "scores:a", "9", big],
    ["SETNX", "scores:a", big],
    ["GETSET", "scores:a", big],
    ["MSET", "scores:b", "1", "scores:a", big],
  ];
  t.is(await ask(...sets), tooLong.repeat(6));
  t.is(await ask(["GETRANGE", "scores:a", "0", "-1"], ["EXISTS", "scores:b"]), "$1\r\n1\r\n:0\r\n");
  t.is(await ask(["SET", "scores:b", big.slice(1)]), "+OK\r\n");
  t.is(await ask(["SET", "nobody's", "1"]), "-ERR no group takes the key 'nobody's'\r\n");
  const long = `scores:${"x".repeat(14)}`;
  const commands = [
    ...["GETDEL", "GETEX", "PERSIST", "TOUCH", "TYPE", "EXPIRETIME"].map((name) => [name, long]),
    ["SET", long, "1"],
    ["MSET", long, "1"],
    ["EXPIRE", long, "1"],
    ["GETRANGE", long, "0", "1"],
    ["OBJECT", "ENCODING", long],
  ];
  t.is(await ask(...commands), "-ERR key is too long (max 20 bytes)\r\n".repeat(commands.length));
});

test("a value larger than its group's memory is refused as out of memory, and the old one stays", async (t) => {
  const { ask } = await startRig(t, ["group scores maxmemory 1mb", "group scores max-value-size 8mb"]);
  const text = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
  await ask(["SET", "scores:a", "old"]);
  t.is(await ask(["SET", "scores:a", "x".repeat(1 << 20)]), text);
  t.is(await ask(["GET", "scores:a"]), "$3\r\nold\r\n");
});

test("a key of no group has no entry; only a SET of it is an error", async (t) => {
  const { ask } = await startRig(t);
  const replies = [
    [["GETDEL", "a"], "$-1\r\n"],
    [["GETEX", "a"], "$-1\r\n"],
    [["GETRANGE", "a", "0", "1"], "$0\r\n\r\n"],
    [["EXPIRE", "a", "1"], ":0\r\n"],
    [["PERSIST", "a"], ":0\r\n"],
    [["TOUCH", "a"], ":0\r\n"],
    [["TYPE", "a"], "+none\r\n"],
    [["OBJECT", "FREQ", "a"], "$-1\r\n"],
    [["EXPIRETIME", "a"], ":-2\r\n"],
  ] as const;
  for (const [words, reply] of replies) t.is(await ask([...words]), reply, words.join(" "));
});
